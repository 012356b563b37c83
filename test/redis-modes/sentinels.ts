import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { endWithTest } from '../support/children.js'
import { eventually } from '../support/eventually.js'
import { freePort } from '../support/free-port.js'
import { program } from '../support/redis-program.js'
import { folderFor, nodeAt, type NodeOptions, type ServerNode } from './servers.js'

/** Sentinels that watch the master as `mymaster`, and know of each other and its replica. */
export const startSentinels = async (
  t: Test,
  master: ServerNode,
  { count, certificates }: NodeOptions & { readonly count: number }
): Promise<ServerNode[]> => {
  const start = async (): Promise<ServerNode> => {
    const port = await freePort()
    const file = join(await folderFor(t), 'sentinel.conf')
    const lines = [
      ...(certificates === undefined ? [`port ${port}`] : directives(certificates.serverArgs(port))),
      'bind 127.0.0.1',
      `sentinel monitor mymaster 127.0.0.1 ${master.port} 2`,
      'sentinel down-after-milliseconds mymaster 500',
      'sentinel failover-timeout mymaster 3000'
    ]
    await writeFile(file, lines.join('\n'))
    const child = spawn(program ?? 'redis-server', [file, '--sentinel'], { stdio: 'ignore' })
    endWithTest(child)
    return nodeAt(t, { port, child, certificates })
  }
  const sentinels = await Promise.all(Array.from({ length: count }, start))
  for (const sentinel of sentinels) {
    await eventually(async () => (await sentinel.info('sentinel')).includes(`slaves=1,sentinels=${count}`))
  }
  return sentinels
}

/** Arguments such as `--port 0` as lines of a configuration file. */
const directives = (args: readonly string[]): readonly string[] =>
  args
    .join(' ')
    .split(/(?:^| )--/)
    .slice(1)
