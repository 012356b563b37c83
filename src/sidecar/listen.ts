import { chmod, lstat, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { type Config, ConfigError } from '../config/config.js'
import { UnixSocketRequest } from '../doors/control/admission.js'
import type { Door } from '../doors/server-factory.js'
import { answerUnreadable } from '../doors/methods.js'

/** Opens a door at its address. Throws `ConfigError`. */
export const listen = async (
  door: FastifyInstance,
  name: 'PROXY' | 'CONTROL' | 'OPS',
  config: Config
): Promise<string> => {
  const [host, port] = [config[`${name}_HOST`], config[`${name}_PORT`]]
  try {
    return await door.listen({ host, port })
  } catch (error) {
    throw unusable(`${name}_PORT=${port}: must be free on ${name}_HOST=${host}`, error)
  }
}

/** The control door on a unix socket, for its user and group only. A socket left behind is replaced. */
export const listenOnSocket = async ({ app: door, serverFactory }: Door, path: string): Promise<Server> => {
  const server = serverFactory.createServer(
    { IncomingMessage: UnixSocketRequest },
    (request, response) => door.server.emit('request', request, response),
    (error, socket) => answerUnreadable(door, error, socket)
  )
  server.on('connect', (request, socket) => door.server.emit('connect', request, socket))
  try {
    if ((await lstat(path).catch(() => undefined))?.isSocket() === true) await rm(path)
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
    await chmod(path, 0o660)
    return server
  } catch (error) {
    throw unusable(`CONTROL_SOCKET=${path}: must be a new name in a folder that may be written to`, error)
  }
}

const unusable = (message: string, cause: unknown): ConfigError =>
  new ConfigError(`${message} (${cause instanceof Error ? cause.message : String(cause)})`, { cause })
