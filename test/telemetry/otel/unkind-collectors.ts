import type { Behaviour } from '../../support/collector.js'

export interface UnkindCollector {
  readonly name: string
  readonly behaviour: Behaviour
}

const unkind = (name: string, behaviour: Behaviour): UnkindCollector => ({ name, behaviour })

const every = (ms: number, signal: AbortSignal, run: () => void): void => {
  const timer = setInterval(run, ms)
  signal.addEventListener('abort', () => clearInterval(timer))
}

/** What a collector may do to an export; each of them is a failure. */
export const UNKIND: readonly UnkindCollector[] = [
  unkind('hangs', () => undefined),
  unkind('cuts the connection', ({ req }) => req.socket.destroy()),
  unkind('answers 500', (response) => response.writeHead(500).end('<h1>secret</h1>')),
  unkind('answers 401', (response) => response.writeHead(401).end()),
  unkind('answers 503 and wants to be asked in an hour', (response) =>
    response.writeHead(503, { 'retry-after': '3600' }).end()
  ),
  unkind('answers 429 and wants to be asked at once', (response) =>
    response.writeHead(429, { 'retry-after': '0' }).end()
  ),
  unkind('sends its answer byte by byte, and never the last one', (response, signal) => {
    response.writeHead(200)
    every(100, signal, () => response.write('a'))
  }),
  unkind('sends an answer without end', (response, signal) => {
    response.writeHead(200)
    every(1, signal, () => response.write(Buffer.alloc(64 * 1024)))
  }),
  unkind('sends on to another address', (response) =>
    response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
  )
]
