import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A TCP connection to a server that can be as bad as one over a real network. */
export interface Wire {
  readonly port: number
  /** For so long nothing gets through, in either direction; nothing is lost. */
  stall(ms: number): void
  /** Ends every connection, and refuses new ones until it is mended. */
  cut(): void
  mend(): void
}

/** A wire to a port of this machine, closed with the test. A function is asked for the port of each new connection. */
export const openWire = async (t: Test, targetPort: number | (() => number)): Promise<Wire> => {
  const sockets = new Set<Socket>()
  let held: (() => void)[] | undefined
  let isCut = false

  const join = (from: Socket, to: Socket): void => {
    sockets.add(from)
    from.setNoDelay().on('data', (chunk) => {
      if (held === undefined) to.write(chunk)
      else held.push(() => to.write(chunk))
    })
    from.on('error', () => undefined)
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
  }
  const server = createServer((near) => {
    if (isCut) {
      near.destroy()
      return
    }
    const far = connect(typeof targetPort === 'number' ? targetPort : targetPort(), '127.0.0.1')
    join(near, far)
    join(far, near)
  })
  const cut = (): void => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    cut()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    stall: (ms) => {
      held ??= []
      setTimeout(() => {
        const chunks = held ?? []
        held = undefined
        for (const send of chunks) send()
      }, ms)
    },
    cut,
    mend: () => {
      isCut = false
    }
  }
}
