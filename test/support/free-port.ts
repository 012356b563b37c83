import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A free loopback port below the range that the system gives to outgoing connections: while a server that
 * lives there is down, no client of it can be given its port and talk to itself.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(10_000, 30_000)
    if (await isFree(port)) return port
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
