import t from 'tap'
import { readConfig } from '../../src/config/config.js'
import { readCa } from '../../src/sidecar/peers.js'

const PEM = '-----BEGIN CERTIFICATE-----\n'
const PEERS = { ORIGIN: ['https://h', 'http://h', 'an'], REDIS: ['rediss://h', 'redis://h', 'a'] } as const

for (const peer of ['ORIGIN', 'REDIS'] as const) {
  const [safe, plain, article] = PEERS[peer]
  const read = (environment: Readonly<Record<string, string>>) => readCa(readConfig(environment), peer)

  t.test(`${peer}: the certificates are those of the file, where one is named`, async (t) => {
    const folder = t.testdir({ 'ca.pem': PEM })
    t.equal(read({ [`${peer}_URL`]: safe, [`${peer}_CA_FILE`]: `${folder}/ca.pem` }), PEM)
    t.equal(read({ [`${peer}_URL`]: safe }), undefined)
  })

  t.test(`${peer}: a file that is missing, or without TLS, is told with its setting`, async (t) => {
    const named = { [`${peer}_CA_FILE`]: '/none.pem' }
    t.throws(() => read({ ...named, [`${peer}_URL`]: safe }), {
      name: 'ConfigError',
      message: new RegExp(`^${peer}_CA_FILE=/none\\.pem: must be a readable file \\(ENOENT`)
    })
    const scheme = safe.replace(/:.*/, '')
    t.throws(() => read({ ...named, [`${peer}_URL`]: plain }), {
      name: 'ConfigError',
      message: `${peer}_CA_FILE=/none.pem: must go with ${article} ${peer}_URL that says ${scheme}`
    })
  })
}
