/**
 * Remembers what was worked out from a text for the texts used last: `capacity` of them, up to twice as many. A
 * long text is not remembered, so that what is kept stays small whatever is asked.
 */
export interface Memo<T> {
  get(text: string): T | undefined
  /** Returns the value. */
  set(text: string, value: T): T
}

const LENGTH_MAX = 2048

/** Two generations: what is used moves to the younger; when that is full, the elder goes. */
export const createMemo = <T>(capacity: number): Memo<T> => {
  let younger = new Map<string, T>()
  let elder = new Map<string, T>()
  const set = (text: string, value: T): T => {
    if (text.length > LENGTH_MAX) return value
    if (younger.size >= capacity) {
      elder = younger
      younger = new Map()
    }
    younger.set(text, value)
    return value
  }
  return {
    get: (text) => {
      const value = younger.get(text)
      if (value !== undefined) return value
      const old = elder.get(text)
      return old === undefined ? undefined : set(text, old)
    },
    set
  }
}
