import { connect, type Socket } from 'node:net'
import { rewriteInfo } from './info.js'
import { REFUSED, REFUSED_IN_SCRIPT } from './refusals.js'
import { argumentsOf, bulkOf, commandOf, errorOf, Values } from './resp.js'
import { CALLER, type Policy, verdictOn } from './verdict.js'

/** What becomes of the server's next reply. Nothing: it answers a command that the caller did not send. */
type OnReply = (reply: Buffer) => Buffer | undefined

/**
 * One connection of a caller, and the one to the server at `port` that belongs to it. Either ends with the other. Every
 * answer comes from the server, in the order of the commands, so that one behind a server that hangs, hangs.
 */
export const serve = (caller: Socket, port: number, policy: Policy): void => {
  const server = connect({ port, host: '127.0.0.1' })
  const expected: OnReply[] = []
  /** Commands that wait until it is known as whom they are sent. */
  const held: Buffer[] = []
  let isLoggingIn = true
  /** As the server's own user, and back. */
  let asOwn = commandOf('AUTH', 'default', '')
  let asBefore = AS_CALLER

  const send = (command: Buffer, onReply: OnReply): void => {
    expected.push(onReply)
    server.write(command)
  }
  const carryOut = (command: Buffer): void => {
    const args = argumentsOf(command)
    const name = args[0]?.toString('latin1').toLowerCase()
    const verdict = verdictOn(args, policy)
    if (name === 'hello') refuse('NOPROTO this proxy speaks RESP2 only')
    else if (name === 'auth') logIn(args)
    else if (verdict === 'refused') refuse(REFUSED)
    else if (verdict === 'forwarded') send(command, hideCaller)
    else {
      send(asOwn, swallow)
      send(command, name === 'info' ? asEnterprise : pass)
      send(asBefore, swallow)
    }
  }
  /** A server that is loading, or whose password the caller has not told, says so in place of the refusal. */
  const refuse = (message: string): void =>
    send(PING, (reply) => (reply.equals(PONG) ? errorOf(message) : reply))

  const logIn = (args: readonly Buffer[]): void => {
    const isOwn = args.length === 2 || args[1]?.toString() === 'default'
    isLoggingIn = true
    send(commandOf(...args), (reply) => {
      const isIn = reply.equals(OK)
      if (isIn && isOwn) asOwn = commandOf('AUTH', 'default', args.at(-1) ?? '')
      if (isIn) asBefore = isOwn ? AS_CALLER : commandOf(...args)
      becomeCaller(isIn && isOwn)
      return reply
    })
  }
  const becomeCaller = (isOwn: boolean): void => {
    if (isOwn) send(AS_CALLER, swallow)
    isLoggingIn = false
    for (const command of held.splice(0)) take(command)
  }
  const take = (command: Buffer): void => {
    if (isLoggingIn) held.push(command)
    else carryOut(command)
  }
  // Who sends no AUTH is let in where no password is asked for; a server that is full says so to nobody's command.
  send(PING, (reply) => {
    becomeCaller(!NOAUTH.test(reply.toString()))
    return FULL.test(reply.toString()) ? reply : undefined
  })

  const commands = new Values()
  caller.on('data', (chunk) => {
    server.cork()
    for (const command of commands.after(chunk)) take(command)
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

const PING = commandOf('PING')
const AS_CALLER = commandOf('AUTH', CALLER, '')
const OK = Buffer.from('+OK\r\n')
const NOAUTH = /^-NOAUTH/
const FULL = /max number of clients/
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
