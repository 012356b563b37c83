import t from 'tap'
import { createLogger } from '../../src/telemetry/logger.js'
import { collectLines } from '../support/log-lines.js'

t.test(
  'a line has a level in words, an ISO time, the name of the sidecar and no process id or host name',
  async (t) => {
    const { destination, lines } = collectLines()
    createLogger({ level: 'info', destination }).info({ resource: 'user_profile' }, 'Hit')
    t.match(lines, [{ level: 'info', time: /^\d{4}-\d\d-\d\dT/, name: 'spms-cache-sidecar', msg: 'Hit' }])
    t.notOk('pid' in (lines[0] ?? {}))
    t.notOk('hostname' in (lines[0] ?? {}))
  }
)

t.test('lines under the level are not written', async (t) => {
  const { destination, lines } = collectLines()
  createLogger({ level: 'warn', destination }).info('Hit')
  t.strictSame(lines, [])
})

t.test('credentials are removed, at the top and among the headers', async (t) => {
  const { destination, lines } = collectLines()
  const log = createLogger({ level: 'info', destination })
  const credentials = {
    cookie: 'SECRET',
    Cookie: 'SECRET',
    'set-cookie': 'SECRET',
    authorization: 'SECRET',
    Authorization: 'SECRET',
    'proxy-authorization': 'SECRET',
    'x-csrftoken': 'SECRET',
    token: 'SECRET',
    password: 'SECRET'
  }
  log.info({ ...credentials, kept: 1 }, 'top')
  log.info({ headers: { ...credentials, kept: 1 } }, 'headers')
  log.info({ req: { headers: { ...credentials, kept: 1 } } }, 'request')
  t.notMatch(JSON.stringify(lines), /SECRET/)
  t.match(lines, [{ kept: 1 }, { headers: { kept: 1 } }, { req: { headers: { kept: 1 } } }])
})

t.test('an error is told by type, message, code and cause, without its other fields', async (t) => {
  const { destination, lines } = collectLines()
  const cause = Object.assign(new Error('NOAUTH'), { command: { name: 'set', args: ['key', 'SECRET'] } })
  const err = Object.assign(new Error('The store failed.', { cause }), { code: 'E_STORE', args: ['SECRET'] })
  createLogger({ level: 'info', destination }).warn({ err }, 'A store operation failed')
  t.match(lines[0], {
    err: {
      type: 'Error',
      message: 'The store failed.',
      code: 'E_STORE',
      stack: String,
      cause: { message: 'NOAUTH' }
    }
  })
  t.notMatch(JSON.stringify(lines), /SECRET/)
})
