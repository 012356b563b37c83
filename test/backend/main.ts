// `node --import tsx test/backend/main.ts [gzip] [conditional] [locale]`: the backend on its own, until Ctrl-C.
import { startBackend, HOST, type Middleware } from './start-backend.js'

const isMiddleware = (name: string): name is Middleware => ['gzip', 'conditional', 'locale'].includes(name)

const backend = await startBackend({ middleware: process.argv.slice(2).filter(isMiddleware) })
console.log(`${backend.url}, as the host ${HOST}; every password is \`sample\``)
process.once('SIGINT', () => void backend.stop())
