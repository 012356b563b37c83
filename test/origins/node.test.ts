import { startNode } from './node-origin.js'
import { testOrigin } from './matrix.js'

const KEPT = 'https://nodejs.org/api/http.html#serverkeepalivetimeout: connections are kept for 5 s'
const CLOSED =
  'https://nodejs.org/api/http.html#outgoingmessageshouldkeepalive: false sends Connection: close'

testOrigin({
  name: 'Node',
  start: startNode,
  behaviours: [
    { framing: 'content-length', end: 'kept', source: KEPT },
    { framing: 'content-length', end: 'closed', source: CLOSED },
    { framing: 'chunked', end: 'kept', source: KEPT },
    { framing: 'chunked', end: 'closed', source: CLOSED },
    {
      framing: 'close-delimited',
      end: 'closed',
      source:
        'lib/_http_outgoing.js, _storeHeader: without Transfer-Encoding and Content-Length it is the last answer'
    }
  ]
})
