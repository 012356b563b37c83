import { createServer } from 'node:net'
import '../../src/main.js'

/** The sidecar in a process where the handler of a socket throws, or rejects, when something comes. */
createServer((socket) => {
  socket.on('data', (bytes) => {
    const error = new Error(`thrown by a dependency: ${bytes.toString()}`)
    if (bytes.toString() === 'reject') void Promise.reject(error)
    else throw error
  })
}).listen(Number(process.env['THROW_PORT']), '127.0.0.1')
