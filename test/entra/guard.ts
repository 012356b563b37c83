import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'
import { OBJECT_ID, type Issued } from './endpoint.js'

/** Runs a command as the administrator of the server behind. */
export type Administer = (command: string, ...args: readonly string[]) => Promise<unknown>

export interface Guard {
  readonly port: number
  /** Tokens that a connection has logged in with, one for each AUTH in order. */
  readonly given: readonly string[]
  /** Connections that were ended because their token had expired. */
  readonly expired: number
  /** Makes a token a password of the user, until it expires. */
  readonly issue: (issued: Issued) => Promise<void>
  /** After the server has lost its users. */
  restore(): Promise<void>
}

/** A command as the client writes it: an array of the word, the user and the token. */
const AUTH = /\*3\r\n\$4\r\nauth\r\n\$\d+\r\n([^\r]*)\r\n\$\d+\r\n([^\r]*)\r\n/gi
/** A token is shorter. */
const REMEMBERED = 8192

/**
 * What Azure does around a Redis server: a token is a password of the user whose object id it names until it expires, and
 * a connection is ended when the last token that it has logged in with does.
 */
export const startGuard = async (
  t: Test,
  administer: Administer,
  serverPort: number,
  port = 0
): Promise<Guard> => {
  const valid = new Map<string, number>()
  const given: string[] = []
  let expired = 0

  const watch = (near: Socket): ((chunk: Buffer) => void) => {
    let text = ''
    let timer: NodeJS.Timeout | undefined
    near.on('close', () => clearTimeout(timer))
    return (chunk) => {
      text = (text + chunk.toString('latin1')).slice(-Math.max(REMEMBERED, chunk.length))
      for (const [whole, , token = ''] of text.matchAll(AUTH)) {
        text = text.slice(text.indexOf(whole) + whole.length)
        given.push(token)
        const until = valid.get(token)
        if (until === undefined) continue
        clearTimeout(timer)
        timer = setTimeout(() => {
          expired++
          near.destroy()
        }, until - performance.now())
      }
    }
  }

  const server = createServer((near) => {
    const far = connect(serverPort, '127.0.0.1')
    const look = watch(near.setNoDelay())
    near.on('data', (chunk: Buffer) => {
      look(chunk)
      far.write(chunk)
    })
    far.setNoDelay().on('data', (chunk: Buffer) => near.write(chunk))
    for (const [one, other] of [
      [near, far],
      [far, near]
    ] as const) {
      one.on('error', () => undefined)
      one.on('close', () => other.destroy())
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())

  const allow = (token: string): Promise<unknown> =>
    administer('ACL', 'SETUSER', OBJECT_ID, 'on', '~*', '&*', '+@all', `>${token}`)
  return {
    port: (server.address() as AddressInfo).port,
    given,
    get expired() {
      return expired
    },
    issue: async ({ token, lifetimeMs }) => {
      await allow(token)
      valid.set(token, performance.now() + lifetimeMs)
      setTimeout(() => {
        valid.delete(token)
        administer('ACL', 'SETUSER', OBJECT_ID, `<${token}`).catch(() => undefined)
      }, lifetimeMs).unref()
    },
    restore: async () => {
      for (const token of valid.keys()) await allow(token)
    }
  }
}
