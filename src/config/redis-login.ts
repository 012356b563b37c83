import { type Static, type TObject, Type } from '@sinclair/typebox'
import { OptionalText } from './setting-types.js'

/** How the sidecar logs in to Redis. */
export const REDIS_LOGIN = {
  REDIS_USERNAME: OptionalText('User of Redis, in place of the one in the address.'),
  REDIS_PASSWORD: OptionalText('Password of Redis, in place of the one in the address.'),
  REDIS_PASSWORD_FILE: Type.Optional(
    Type.String({
      pattern: '^/',
      description:
        'Absolute path of a file with the password, in place of `REDIS_PASSWORD`: [read anew](redis.md#a-password-that-changes) for each connection.'
    })
  ),
  REDIS_AUTH: Type.Union([Type.Literal('password'), Type.Literal('entra')], {
    default: 'password',
    description:
      '`entra` logs in with [tokens of Entra ID](redis.md#azure-tokens-in-place-of-passwords), renewed as long as it runs.'
  }),
  REDIS_TOKEN_SCOPE: Type.String({
    minLength: 1,
    default: 'https://redis.azure.com/.default',
    description: 'With `REDIS_AUTH=entra`: what the tokens are asked for.'
  }),
  AZURE_CLIENT_ID: OptionalText(
    'With `REDIS_AUTH=entra`: client id of the workload identity. This and the next three are set by AKS.'
  ),
  AZURE_TENANT_ID: OptionalText('Its tenant.'),
  AZURE_FEDERATED_TOKEN_FILE: OptionalText(
    "File with the token of the pod's service account, which is exchanged for one of Entra ID."
  ),
  AZURE_AUTHORITY_HOST: Type.Optional(
    Type.String({
      pattern: '^https://[^/?#@\\s]+/?$',
      description: 'Where tokens are asked for; not set: `https://login.microsoftonline.com`.'
    })
  )
}

type RedisLogin = Readonly<Static<TObject<typeof REDIS_LOGIN>>>

/** What identifies the workload. */
const WORKLOAD_IDENTITY = ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_FEDERATED_TOKEN_FILE'] as const

/** Settings that do not go together. */
export const loginFaultOf = (config: RedisLogin): string | undefined => {
  const { REDIS_AUTH, REDIS_PASSWORD, REDIS_PASSWORD_FILE: file } = config
  if (REDIS_PASSWORD !== undefined && file !== undefined)
    return `REDIS_PASSWORD_FILE=${file}: must not go with REDIS_PASSWORD`
  if (REDIS_AUTH !== 'entra') return undefined
  if (REDIS_PASSWORD !== undefined) return 'REDIS_AUTH=entra: must not go with REDIS_PASSWORD'
  if (file !== undefined) return 'REDIS_AUTH=entra: must not go with REDIS_PASSWORD_FILE'
  const missing = WORKLOAD_IDENTITY.filter((name) => config[name] === undefined)
  if (missing.length === 0) return undefined
  return (
    `REDIS_AUTH=entra: needs ${missing.join(', ')}, which AKS sets in a pod with the label ` +
    'azure.workload.identity/use: "true"'
  )
}
