import type { Test } from 'tap'
import { freePort } from '../support/free-port.js'
import { startSidecar, type SidecarProcess } from '../support/sidecar-process.js'

/** A sidecar that is frozen, killed and started again at the same addresses. */
export interface Pod {
  readonly proxy: string
  readonly control: string
  readonly ops: string
  /** Grows with each kill and each start: who sees another than before was cut. */
  lives(): number
  isUp(): boolean
  freeze(): void
  thaw(): void
  killAndRestart(): Promise<void>
}

export const startPod = async (t: Test, environment: Readonly<Record<string, string>>): Promise<Pod> => {
  const settings = {
    LOG_LEVEL: 'error',
    PROXY_PORT: `${await freePort()}`,
    CONTROL_PORT: `${await freePort()}`,
    OPS_PORT: `${await freePort()}`,
    ...environment
  }
  let running: SidecarProcess = await startSidecar(settings)
  let lives = 0
  let isUp = true
  t.teardown(() => {
    process.kill(running.pid, 'SIGCONT')
    return running.stop()
  })
  const { proxy, control, ops } = running
  return {
    proxy,
    control,
    ops,
    lives: () => lives,
    isUp: () => isUp,
    freeze: () => void process.kill(running.pid, 'SIGSTOP'),
    thaw: () => void process.kill(running.pid, 'SIGCONT'),
    killAndRestart: async () => {
      lives++
      isUp = false
      await running.stop('SIGKILL')
      running = await startSidecar(settings)
      lives++
      isUp = true
    }
  }
}
