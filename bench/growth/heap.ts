import { once } from 'node:events'
import { WebSocket } from 'undici'
import { http } from '../../test/support/http.js'

/**
 * Bytes of a sidecar that was started with `--inspect=<port>`, after its garbage has been collected: those of
 * the whole process, those of the heap and of the buffers beside it, and those that its store counts.
 */
export const heapFiguresOf = async (opsUrl: string, inspectorPort: number): Promise<readonly number[]> => {
  await collectGarbage(inspectorPort)
  const metrics = (await http(`${opsUrl}/metrics`)).text()
  const valueOf = (name: string): number =>
    Number(new RegExp(`^spms_cache_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(metrics)?.[1] ?? NaN)
  return [
    valueOf('process_resident_memory_bytes'),
    valueOf('nodejs_heap_size_used_bytes') + valueOf('nodejs_external_memory_bytes'),
    valueOf('store_memory_used_bytes')
  ]
}

/** By the protocol of the inspector, as the developer tools do it. */
const collectGarbage = async (port: number): Promise<void> => {
  const targets = (await http(`http://127.0.0.1:${port}/json/list`)).text()
  const url = /"webSocketDebuggerUrl": *"([^"]+)"/.exec(targets)?.[1]
  if (url === undefined) throw new Error(`No inspector on port ${port}.`)
  const socket = new WebSocket(url)
  await once(socket, 'open')
  for (const id of [1, 2]) {
    socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }))
    await once(socket, 'message')
  }
  socket.close()
}
