// The same bytes and headers to every request, with nothing in between.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const { port, headers, bodyFile } = JSON.parse(process.argv[2])
const bytes = readFileSync(bodyFile)
const fields = { ...headers, 'content-length': bytes.length }

createServer((_request, response) => {
  response.writeHead(200, fields)
  response.end(bytes)
}).listen(port, '127.0.0.1')
