import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { endWithTest, exitOf } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { get } from '../support/http.js'

export const needsHaproxy: string | false =
  spawnSync('haproxy', ['-v']).status === 0 ? false : 'needs haproxy: run `node scripts/check-helm.mjs` first'

export interface Target {
  readonly name: string
  readonly proxyPort: number
  readonly opsPort: number
}

export interface Balancer {
  readonly address: string
  /** Whether it sends requests to the target and has seen it well. */
  readonly isUp: (name: string) => Promise<boolean>
  /** Requests that it has sent to the target. */
  readonly sent: (name: string) => Promise<number>
}

/** A target is out after the second failed check and in after the first good one. */
const CHECK = 'inter 200ms fall 2 rise 1'

/**
 * HAProxy in front of the targets, each in use while its ops door answers `checkPath` with 200. It tries nothing a
 * second time: what a sidecar fails, the caller sees.
 */
export const startBalancer = async (
  t: Test,
  { targets, checkPath }: { readonly targets: readonly Target[]; readonly checkPath: string }
): Promise<Balancer> => {
  const [port, statisticsPort] = [await freePort(), await freePort()]
  const file = join(t.testdir(), 'haproxy.cfg')
  const lines = [
    'defaults',
    '  mode http',
    '  retries 0',
    '  timeout connect 1s',
    '  timeout client 30s',
    '  timeout server 30s',
    // On a busy machine a good answer may be slow.
    '  timeout check 5s',
    'listen sidecars',
    `  bind 127.0.0.1:${port}`,
    '  balance roundrobin',
    `  option httpchk GET ${checkPath}`,
    ...targets.map(
      ({ name, proxyPort, opsPort }) =>
        `  server ${name} 127.0.0.1:${proxyPort} check port ${opsPort} ${CHECK}`
    ),
    'listen statistics',
    `  bind 127.0.0.1:${statisticsPort}`,
    '  stats enable',
    '  stats uri /'
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const child = spawn('haproxy', ['-q', '-db', '-f', file], { stdio: ['ignore', 'ignore', 'inherit'] })
  endWithTest(child)
  t.teardown(() => {
    child.kill()
    return exitOf(child)
  })

  const columns = async (name: string): Promise<ReadonlyMap<string, string>> => {
    const table = (await get(`http://127.0.0.1:${statisticsPort}/;csv`)).text()
    const [names = [], ...rows] = table.split('\n').map((line) => line.replace('# ', '').split(','))
    const row = rows.find(([proxy, server]) => proxy === 'sidecars' && server === name) ?? []
    return new Map(names.map((column, at) => [column, row[at] ?? '']))
  }
  const isUp = async (name: string): Promise<boolean> => {
    const row = await columns(name)
    return row.get('status') === 'UP' && row.get('check_status') === 'L7OK'
  }
  for (const { name } of targets) await eventually(() => isUp(name))
  return {
    address: `http://127.0.0.1:${port}`,
    isUp,
    sent: async (name) => Number((await columns(name)).get('lbtot'))
  }
}
