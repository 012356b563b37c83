import { eventually } from './eventually.js'
import type { SidecarProcess } from './sidecar-process.js'

/** To be in the environment of a sidecar whose memory is asked for. */
export const MEASURED: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--import=${new URL('./held-memory.mjs', import.meta.url).href}`
}

/** MiB that the process cannot give back: what waits to be collected is not counted. It has to run with `MEASURED`. */
export const heldMebibytes = async ({ pid, logs }: SidecarProcess): Promise<number> => {
  const before = logs.length
  process.kill(pid, 'SIGUSR2')
  const line = await eventually(() => logs.slice(before).find(({ level }) => level === 'held'), {
    timeoutMs: 60_000
  })
  return Number(line?.['bytes']) / 1024 / 1024
}
