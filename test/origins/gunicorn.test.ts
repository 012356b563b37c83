import type { Behaviour } from './behaviour.js'
import { testOrigin } from './matrix.js'
import { startPython } from './python-origin.js'
import type { OriginServer } from './matrix.js'

const SYNC =
  'gunicorn/workers/sync.py, handle_request: force_close; gunicorn/util.py, close_graceful: shut down for writing, then ' +
  'reads on until the other side closes, for 2 s at most'
const KEPT = 'https://docs.gunicorn.org/en/stable/settings.html#keepalive: 2 s unless it is set'
const NOT_KEPT = 'gunicorn/workers/gthread.py, handle_request: force_close without keepalive'
const CHUNKED = 'gunicorn/http/wsgi.py, is_chunked: HTTP/1.1 without a Content-Length'

const gunicorn =
  (...args: readonly string[]): OriginServer['start'] =>
  async (t) => {
    const { url } = await startPython(t, {
      program: 'gunicorn',
      args: (port) => ['--bind', `127.0.0.1:${port}`, ...args, 'app:wsgi'],
      path: '/files/1001'
    })
    return url
  }

const both = (end: Behaviour['end'], source: string): readonly Behaviour[] => [
  { framing: 'content-length', end, source },
  { framing: 'chunked', end, source: `${source}; ${CHUNKED}` }
]

testOrigin({
  name: 'gunicorn, sync workers',
  start: gunicorn('--workers', '4'),
  behaviours: both('half-closed', SYNC)
})

testOrigin({
  name: 'gunicorn, threads',
  start: gunicorn('--worker-class', 'gthread', '--threads', '16'),
  behaviours: both('kept', KEPT)
})

testOrigin({
  name: 'gunicorn, threads without keep-alive',
  start: gunicorn('--worker-class', 'gthread', '--threads', '16', '--keep-alive', '0'),
  behaviours: both('closed', NOT_KEPT)
})
