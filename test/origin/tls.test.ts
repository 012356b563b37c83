import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { OriginError } from '../../src/cache/errors.js'
import type { HttpOriginOptions } from '../../src/origin/http-origin.js'
import { makeCertificates } from '../support/certificates.js'
import { bytesOf, startHttpOrigin } from './start-origin.js'

/** An origin that speaks TLS with a certificate for this name. */
const startTls = async (t: Test, name: string, options: Partial<HttpOriginOptions> = {}) => {
  const { ca, certificate, key } = makeCertificates(t, `DNS:${name}`)
  const files = { cert: readFileSync(certificate), key: readFileSync(key) }
  let connections = 0
  const server = createServer(files, (request, response) => response.end(`for ${request.headers.host ?? ''}`))
  server.on('secureConnection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `https://localhost:${(server.address() as AddressInfo).port}`
  const started = await startHttpOrigin(t, () => undefined, { url, ca: readFileSync(ca, 'utf8'), ...options })
  return { ...started, connections: () => connections }
}

t.test(
  'a certificate is checked against the address of the origin, whatever Host a caller sends',
  async (t) => {
    const { fetch, connections } = await startTls(t, 'localhost', { maxConnections: 1 })
    for (const host of ['spms.example.org', 'other.example.org', 'localhost']) {
      const { body } = await fetch({ headers: ['Host', host] })
      t.equal((await bytesOf(body)).toString(), `for ${host}`)
    }
    t.equal(connections(), 1, 'nor does another Host need another connection')
  }
)

t.test('a setting names the certificate where it is not the address', async (t) => {
  const { fetch } = await startTls(t, 'api.example.org', { servername: 'api.example.org' })
  t.equal((await fetch()).status, 200)
})

t.test(
  'a certificate for another name is refused, and so is one of an authority that is not known',
  async (t) => {
    const other = await startTls(t, 'other.example.org')
    await t.rejects(other.fetch(), { cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } })
    const unknown = await startTls(t, 'localhost', { ca: undefined })
    await t.rejects(unknown.fetch(), new OriginError('unreachable'))
  }
)
