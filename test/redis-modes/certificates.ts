import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Test } from 'tap'

export interface Certificates {
  readonly ca: string
  /** Of an authority that signed nothing here. */
  readonly strangerCa: string
  /** Arguments of a server that speaks TLS only, at the port. */
  serverArgs(port: number): readonly string[]
}

/** Made anew for each test, for 127.0.0.1 and localhost. */
export const makeCertificates = (t: Test): Certificates => {
  const folder = t.testdir()
  const file = (name: string): string => join(folder, name)
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  for (const name of ['ca', 'stranger']) {
    openssl(
      'req',
      '-x509',
      ...key,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`
    )
  }
  openssl(
    ...['req', '-x509', ...key, '-days', '2', '-subj', '/CN=redis', '-CA', 'ca.crt', '-CAkey', 'ca.key'],
    ...[
      '-addext',
      'subjectAltName=IP:127.0.0.1,DNS:localhost',
      '-addext',
      'basicConstraints=critical,CA:FALSE'
    ],
    ...['-keyout', 'redis.key', '-out', 'redis.crt']
  )
  return {
    ca: file('ca.crt'),
    strangerCa: file('stranger.crt'),
    serverArgs: (port) => [
      ...['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', file('redis.crt'), '--tls-key-file', file('redis.key')],
      ...['--tls-ca-cert-file', file('ca.crt')]
    ]
  }
}
