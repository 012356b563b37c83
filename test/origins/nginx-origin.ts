import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { endWithTest, exitOf, isAlive } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'
import { bodyOf, SIZES } from './behaviour.js'

/** The origin of behaviour.ts as files behind nginx. */
export const startNginx = async (t: Test): Promise<string> => {
  const folder = t.testdir({})
  mkdirSync(join(folder, 'files'))
  for (const [index, size] of SIZES.entries()) writeFileSync(join(folder, 'files', `${index}`), bodyOf(size))
  const locations = [location(0, 0, folder), location(0, 1, folder), location(1, 0, folder)]
  const closing = [location(1, 1, folder), location(1, 2, folder)]
  return runNginx(t, { folder, server: [...locations, ...closing].join(''), path: '/files/1001' })
}

export interface NginxOptions {
  /** Its own. */
  readonly folder: string
  /** What stands in its `server`. */
  readonly server: string
  /** Answered 200 when it is there. */
  readonly path: string
}

/** Resolves with its address when it answers. */
export const runNginx = async (t: Test, { folder, server, path }: NginxOptions): Promise<string> => {
  const port = await freePort()
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, server))
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe']
  })
  endWithTest(child)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  t.teardown(() => {
    child.kill('SIGTERM')
    return exitOf(child)
  })
  const url = `http://127.0.0.1:${port}`
  const isThere = async (): Promise<boolean> => !isAlive(child) || (await get(url + path)).status === 200
  await eventually(isThere, { timeoutMs: 30_000 })
  if (!isAlive(child)) throw new Error(`nginx ended at its start:\n${said}`)
  return url
}

/** Server-side includes make the length unknown; a file is not to be written to: such a request gets it, too. */
const location = (end: number, framing: number, folder: string): string => `
    location ~ "${end}${framing}(\\d)(?:/[a-z]+)?$" {
      alias ${join(folder, 'files')}/$1;
      error_page 405 =200 $uri;
      ${end === 1 ? 'keepalive_timeout 0;' : ''}
      ${framing === 0 ? '' : 'ssi on; ssi_types *;'}
      ${framing === 2 ? 'chunked_transfer_encoding off;' : ''}
    }`

const configuration = (folder: string, port: number, server: string): string => `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${join(folder, 'pid')};
error_log stderr warn;
events {}
http {
  access_log off;
  default_type application/json;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    ${server}
  }
}
`
