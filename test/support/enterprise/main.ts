import { createServer } from 'node:net'
import { serve } from './session.js'
import type { Policy } from './verdict.js'

/**
 * Stands in front of a Redis as the proxy of Redis Enterprise does: `main.ts <port> <port of the server> <policy>`. A
 * server that is not there shows as a connection that ends.
 */
const [port, serverPort, named] = process.argv.slice(2)

const policyOf = (text: string | undefined): Policy => {
  if (text === 'none' || text === 'enterprise' || text === 'oss') return text
  throw new Error(`There is no policy ${String(text)}.`)
}

const policy = policyOf(named)
createServer({ allowHalfOpen: true }, (caller) => serve(caller, Number(serverPort), policy)).listen(
  Number(port),
  '127.0.0.1',
  () => console.log('listening')
)
