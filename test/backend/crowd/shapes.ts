/** How a crowd browses. */
export interface Shape {
  /** As in `npm run crowd -- --shape reload`. */
  readonly name: string
  readonly title: string
  readonly sessions: number
  /** How long it is looked at. */
  readonly seconds: number
  /** From the end of a visit to the next one of that session, on average. */
  readonly everySeconds: number
  /** The browser keeps answers for as long as the frontend's query cache does. */
  readonly isCaching: boolean
}

export const shapes: readonly Shape[] = [
  {
    name: 'reload',
    title: 'without a cache in the browser',
    sessions: 50,
    seconds: 600,
    everySeconds: 150,
    isCaching: false
  },
  {
    name: 'browser',
    title: "with the frontend's query cache",
    sessions: 60,
    seconds: 720,
    everySeconds: 150,
    isCaching: true
  }
]
