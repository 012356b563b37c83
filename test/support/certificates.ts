import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Test } from 'tap'

export interface Certificates {
  readonly ca: string
  /** Of an authority that signed nothing here. */
  readonly strangerCa: string
  /** Of the servers, as files. */
  readonly certificate: string
  readonly key: string
  /** Arguments of a Redis server that speaks TLS only, at the port, and with other servers, too. */
  serverArgs(port: number): readonly string[]
}

/** Made anew for each test. `names`: what the certificate of the servers is for. */
export const makeCertificates = (t: Test, names = 'IP:127.0.0.1,DNS:localhost'): Certificates => {
  const folder = t.testdir()
  const file = (name: string): string => join(folder, name)
  const request = (name: string, ...args: readonly string[]): void => {
    const common = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
    const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`]
    const all = ['req', '-x509', ...common, '-subj', `/CN=${name}`, ...args, ...files]
    execFileSync('openssl', all, { cwd: folder, stdio: 'ignore' })
  }
  request('ca')
  request('stranger')
  const extensions = [`subjectAltName=${names}`, 'basicConstraints=critical,CA:FALSE']
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key']
  request('server', ...signed, ...extensions.flatMap((extension) => ['-addext', extension]))
  const [certificate, key] = [file('server.crt'), file('server.key')]
  return {
    certificate,
    key,
    ca: file('ca.crt'),
    strangerCa: file('stranger.crt'),
    serverArgs: (port) => [
      ...['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', certificate, '--tls-key-file', key],
      ...['--tls-ca-cert-file', file('ca.crt'), '--tls-replication', 'yes', '--tls-cluster', 'yes']
    ]
  }
}
