import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/**
 * A free loopback port below the range that the system gives to outgoing connections: while a server that
 * lives there is down, no client of it can be given its port and talk to itself. It is this process's until the
 * process ends, so that no other test is given it before a server listens there, or while one is restarted.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(10_000, 30_000)
    if ((await isReserved(port)) && (await isFree(port))) return port
  }
}

/** Whether the UDP port of the same number, which no server uses, could be taken as the mark of a reservation. */
const isReserved = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const mark = createSocket('udp4').unref()
    mark.once('error', () => resolve(false))
    mark.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true))
  })

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
