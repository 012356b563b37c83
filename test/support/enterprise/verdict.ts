import { CLUSTER_SUBCOMMANDS, REFUSALS, SETTINGS } from './refusals.js'

/**
 * How a database shards, of which Azure Managed Redis gives the choice: `none`, and then all keys are in one place;
 * `enterprise`, one address that refuses what reaches more than one slot; `oss`, the same with the commands by which a
 * client of Redis Cluster finds its way. Source: learn.microsoft.com/azure/redis/architecture, "Clustering".
 */
export type Policy = 'none' | 'enterprise' | 'oss'

/** What becomes of a caller's command: some are the server's own as long as no script calls them. */
export type Verdict = 'forwarded' | 'forwarded-as-admin' | 'refused'

export const verdictOn = (args: readonly Buffer[], policy: Policy): Verdict => {
  const [command = '', subcommand = '', setting = ''] = args
    .slice(0, 3)
    .map((arg) => arg.toString('latin1').toLowerCase())
  if (command === 'cluster')
    return policy === 'oss' && CLUSTER_SUBCOMMANDS.includes(subcommand) ? 'forwarded' : 'refused'
  if (command === 'config' && (subcommand === 'get' || subcommand === 'set'))
    return SETTINGS.includes(setting) ? 'forwarded' : 'refused'
  const refusal = REFUSALS.find(
    ({ command: name, subcommands }) =>
      name === command && (subcommands === undefined || subcommands.includes(subcommand))
  )
  if (refusal === undefined) return 'forwarded'
  return refusal.from === 'scripts' ? 'forwarded-as-admin' : 'refused'
}

/** The user as whom callers reach the server: Redis itself keeps their scripts from what is refused to these. */
export const CALLER = 'caller'

/** Options of a server with that user. */
export const callerOptions: readonly string[] = [
  ...['--user', CALLER, 'on', 'nopass', '~*', '&*', '+@all'],
  ...REFUSALS.filter(({ from }) => from !== 'callers').map(({ command }) => `-${command}`)
]
