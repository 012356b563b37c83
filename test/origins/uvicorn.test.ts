import { testOrigin } from './matrix.js'
import { startPython } from './python-origin.js'

const KEPT = 'https://www.uvicorn.org/settings/#timeouts: --timeout-keep-alive is 5 s'
const CLOSED =
  'uvicorn/protocols/http/h11_impl.py: what the application sends as Connection goes to h11, and then the transport'
const CHUNKED = 'h11/_connection.py, _clean_up_response_headers_for_sending: chunked without a Content-Length'

testOrigin({
  name: 'uvicorn',
  start: async (t) => {
    const args = (port: number): readonly string[] => [
      ...['--port', `${port}`, '--http', 'h11', '--log-level', 'warning', '--no-access-log', 'app:asgi']
    ]
    const { url } = await startPython(t, { program: 'uvicorn', args, path: '/files/1001' })
    return url
  },
  behaviours: [
    { framing: 'content-length', end: 'kept', source: KEPT },
    { framing: 'content-length', end: 'closed', source: CLOSED },
    { framing: 'chunked', end: 'kept', source: `${KEPT}; ${CHUNKED}` },
    { framing: 'chunked', end: 'closed', source: `${CLOSED}; ${CHUNKED}` }
  ]
})
