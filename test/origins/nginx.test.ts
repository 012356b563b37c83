import { testOrigin } from './matrix.js'
import { startNginx } from './nginx-origin.js'

const CORE = 'https://nginx.org/en/docs/http/ngx_http_core_module.html'
const KEPT = `${CORE}#keepalive_timeout: 75 s`
const CLOSED = `${CORE}#keepalive_timeout: 0 disables it`
const INCLUDES =
  'https://nginx.org/en/docs/http/ngx_http_ssi_module.html: what is included has no length before'

testOrigin({
  name: 'nginx',
  start: startNginx,
  behaviours: [
    { framing: 'content-length', end: 'kept', source: KEPT },
    { framing: 'content-length', end: 'closed', source: CLOSED },
    { framing: 'chunked', end: 'kept', source: `${KEPT}; ${INCLUDES}` },
    { framing: 'chunked', end: 'closed', source: `${CLOSED}; ${INCLUDES}` },
    {
      framing: 'close-delimited',
      end: 'closed',
      source: `${CORE}#chunked_transfer_encoding: off; ${INCLUDES}`
    }
  ]
})
