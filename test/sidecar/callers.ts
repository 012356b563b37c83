import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type NetConnectOpts, type Socket } from 'node:net'
import type { Test } from 'tap'
import { eventually } from '../support/eventually.js'
import { startSidecar, type SidecarProcess } from '../support/sidecar-process.js'

const MEBIBYTE = 1024 * 1024
/** More than the system keeps for a reader who takes nothing. */
export const LARGE = Buffer.alloc(16 * MEBIBYTE, 'x')

export type DoorName = 'proxy' | 'control' | 'ops' | 'unix socket'

export const DOORS: readonly DoorName[] = ['proxy', 'control', 'ops', 'unix socket']

export interface Caller {
  readonly socket: Socket
  readonly received: () => string
  readonly closed: Promise<unknown>
}

export interface Stage {
  readonly sidecar: SidecarProcess
  /** Connects and sends this; an answer is read unless it is told otherwise. */
  readonly call: (door: DoorName, text: string, options?: { readonly isRead?: boolean }) => Caller
  /** Paths of the requests that have reached the origin. */
  readonly asked: () => readonly string[]
}

/** Never answers `/held`. */
const answer = (request: IncomingMessage, response: ServerResponse): void => {
  request.on('error', () => undefined)
  const { url = '' } = request
  if (url === '/large') response.end(LARGE)
  else if (url !== '/held') request.resume().on('end', () => response.end('done'))
}

/** The built sidecar with all of its doors, before an origin of this process. */
export const openStage = async (
  t: Test,
  folder: string,
  environment: Readonly<Record<string, string>>
): Promise<Stage> => {
  const asked: string[] = []
  const origin = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(request, response)
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    origin.closeAllConnections()
    origin.close()
  })
  const CONTROL_SOCKET = `${folder}/control.sock`
  const sidecar = await startSidecar({
    PROXY_HOST: '127.0.0.1',
    OPS_HOST: '127.0.0.1',
    CACHE_STORE: 'memory',
    MAX_ENTRY_BYTES: `${2 * LARGE.length}`,
    ORIGIN_URL: `http://127.0.0.1:${(origin.address() as AddressInfo).port}`,
    CONTROL_SOCKET,
    ...environment
  })
  t.teardown(() => sidecar.stop('SIGKILL'))
  const addressOf = (door: DoorName): NetConnectOpts =>
    door === 'unix socket'
      ? { path: CONTROL_SOCKET }
      : { host: '127.0.0.1', port: Number(new URL(sidecar[door]).port) }
  const call: Stage['call'] = (door, text, { isRead = true } = {}) => {
    const socket = connect(addressOf(door))
    t.teardown(() => socket.destroy())
    const chunks: string[] = []
    socket.setEncoding('latin1').on('error', () => undefined)
    if (isRead) socket.on('data', (chunk: string) => chunks.push(chunk))
    socket.write(text)
    return { socket, received: () => chunks.join(''), closed: once(socket, 'close') }
  }
  // Taken by all doors, so that what follows on other connections is before them, too.
  await eventually(() => sidecar.logs.some(({ msg }) => msg === 'Listening'))
  return { sidecar, call, asked: () => asked }
}
