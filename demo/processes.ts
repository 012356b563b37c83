import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'

export interface StartedProcess {
  /** Rejects with an error of one line when the process ends before it is ready, or is not ready within 15 s. */
  readonly ready: Promise<void>
  /** SIGTERM, and SIGKILL when it has not ended within 10 s. */
  stop(): Promise<void>
}

export interface ProcessOptions {
  readonly name: string
  /** Arguments for Node. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Answers 200 once the process is ready. */
  readonly readyUrl: string
}

/** The process does not outlive this one, however this one ends. */
export const startProcess = ({ name, args, env, readyUrl }: ProcessOptions): StartedProcess => {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  process.once('exit', () => child.kill('SIGKILL'))
  const lastLine = lastLineOf(child)
  const untilReady = async (): Promise<void> => {
    const startedAt = performance.now()
    while (!(await isReady(readyUrl))) {
      if (hasEnded(child)) throw new Error(`${name} did not start: ${lastLine()}`)
      if (performance.now() - startedAt > 15_000) throw new Error(`${name} is not ready: ${lastLine()}`)
      await setTimeout(20)
    }
  }
  return { ready: untilReady(), stop: () => stop(child) }
}

/** The port itself when it is free on loopback, else any free one. */
export const freePort = async (preferred: number): Promise<number> =>
  (await tryPort(preferred)) ?? (await tryPort(0)) ?? preferred

const tryPort = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const chosen = typeof address === 'object' ? address?.port : undefined
      server.close(() => resolve(chosen))
    })
  })

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).ok
  } catch {
    return false
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const stop = async (child: ChildProcess): Promise<void> => {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await Promise.race([ended, setTimeout(10_000, undefined, { ref: false })])
  child.kill('SIGKILL')
}

/** The last line that is no part of a stack trace. The pipes are read also because full ones would stop it. */
const lastLineOf = (child: ChildProcess): (() => string) => {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (piece: string) => {
      text = `${text}${piece}`.slice(-8000)
    })
  }
  return () => text.split('\n').findLast((line) => /^\S/.test(line) && !line.startsWith('Node.js ')) ?? ''
}
