import type { SidecarProcess } from '../support/sidecar-process.js'
import { get } from '../support/http.js'

/** What the other two doors answered while a fault went on. */
export interface Watch {
  readonly answers: readonly DoorAnswer[]
  stop(): Promise<void>
}

export interface DoorAnswer {
  readonly path: string
  /** `undefined` when there was no answer. */
  readonly status: number | undefined
  readonly durationMs: number
}

const EVERY_MS = 200

/** Asks readiness, metrics and statistics side by side, again and again. */
export const watchDoors = ({ ops, control }: SidecarProcess): Watch => {
  const answers: DoorAnswer[] = []
  const stopping = new AbortController()

  const ask = async (door: string, path: string): Promise<void> => {
    const at = performance.now()
    const status = await get(door + path).then(
      (answer) => answer.status,
      () => undefined
    )
    answers.push({ path, status, durationMs: performance.now() - at })
  }
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await Promise.all([ask(ops, '/ready'), ask(ops, '/metrics'), ask(control, '/v1/stats')])
      await new Promise((wake) => setTimeout(wake, EVERY_MS))
    }
  })()
  return {
    answers,
    stop: () => {
      stopping.abort()
      return watching
    }
  }
}
