import { connect, type Socket } from 'node:net'
import { rewriteInfo } from './info.js'
import { REFUSED, REFUSED_IN_SCRIPT } from './refusals.js'
import { argumentsOf, bulkOf, commandOf, errorOf, Values } from './resp.js'
import { CALLER, type Policy, verdictOn } from './verdict.js'

export interface Behind {
  readonly port: number
  /** Of the server's own user, who may do all. */
  readonly password: string | undefined
  readonly policy: Policy
}

/** What becomes of the server's next reply. Nothing: it answers a command that the caller did not send. */
type OnReply = (reply: Buffer) => Buffer | undefined

/**
 * One connection of a caller, and the one to the server that belongs to it. Either ends with the other. Every answer comes
 * from the server, in the order of the commands, so that one behind a server that hangs, hangs.
 */
export const serve = (caller: Socket, { port, password, policy }: Behind): void => {
  const server = connect({ port, host: '127.0.0.1' })
  const expected: OnReply[] = []
  /** Again after a command that only the server's own user may send. */
  let login = commandOf('AUTH', CALLER, '')

  const send = (command: Buffer, onReply: OnReply): void => {
    expected.push(onReply)
    server.write(command)
  }
  const asAdmin = (command: Buffer, onReply: OnReply): void => {
    send(commandOf('AUTH', 'default', password ?? ''), swallow)
    send(command, onReply)
    send(login, swallow)
  }
  const carryOut = (command: Buffer): void => {
    const args = argumentsOf(command)
    const name = args[0]?.toString('latin1').toLowerCase()
    const verdict = verdictOn(args, policy)
    if (name === 'hello') refuse('NOPROTO this proxy speaks RESP2 only')
    else if (name === 'auth') send((login = loginOf(args)), pass)
    else if (verdict === 'refused') refuse(REFUSED)
    else if (verdict === 'forwarded') send(command, hideCaller)
    else asAdmin(command, name === 'info' ? asEnterprise : pass)
  }
  /** A server that is loading, or whose password the caller has not told, says so in place of the refusal. */
  const refuse = (message: string): void =>
    send(commandOf('PING'), (reply) => (reply.equals(PONG) ? errorOf(message) : reply))
  const loginOf = (args: readonly Buffer[]): Buffer => {
    const isOwn = args.length === 2 || args[1]?.toString() === 'default'
    return isOwn && args.at(-1)?.toString() === password ? commandOf('AUTH', CALLER, '') : commandOf(...args)
  }

  if (password === undefined) send(login, swallow)
  const commands = new Values()
  caller.on('data', (chunk) => {
    server.cork()
    for (const command of commands.after(chunk)) carryOut(command)
    server.uncork()
  })
  const replies = new Values()
  server.on('data', (chunk) => {
    caller.cork()
    for (const reply of replies.after(chunk)) {
      const answer = expected.shift()?.(reply)
      if (answer !== undefined) caller.write(answer)
    }
    caller.uncork()
  })
  for (const [socket, other] of [
    [caller, server],
    [server, caller]
  ] as const) {
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    socket.on('end', () => other.end())
    socket.on('close', () => other.destroy())
  }
}

const PONG = Buffer.from('+PONG\r\n')

const swallow: OnReply = () => undefined
const pass: OnReply = (reply) => reply

const asEnterprise: OnReply = (reply) => {
  if (!reply.subarray(0, 1).equals(Buffer.from('$'))) return reply
  const text = reply.subarray(reply.indexOf('\r\n') + 2, -2).toString()
  return bulkOf(rewriteInfo(text))
}

/** What Redis says to a script whose user may not call a command becomes what it says where nobody may. */
const hideCaller: OnReply = (reply) =>
  reply.subarray(0, 1).equals(Buffer.from('-'))
    ? Buffer.from(reply.toString().replace(NOT_TO_THIS_USER, REFUSED_IN_SCRIPT))
    : reply

const NOT_TO_THIS_USER = /The user executing the script can't run this command or subcommand/
