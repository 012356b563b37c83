import { WorkloadIdentityCredential } from '@azure/identity'
import type { Token } from './token-credentials.js'

export interface EntraOptions {
  readonly clientId: string
  readonly tenantId: string
  /** The token of the pod's service account, which the kubelet renews. */
  readonly federatedTokenFile: string
  readonly authorityHost?: string | undefined
  readonly scope: string
  /** In place of the object id that the token names. */
  readonly username?: string | undefined
}

/**
 * Exchanges the token of the pod's service account for one of Entra ID that Redis takes as a password (OAuth 2.0 client
 * credentials with a JWT as the assertion, RFC 7523 §2.2).
 *
 * Facts of `@azure/identity` 4.14: a credential answers from its cache until five minutes before the token expires, keeps
 * what it read of the file for five minutes, and one abort controller per request for ever (Azure/azure-sdk-for-js#26161):
 * so each attempt has a credential of its own. It does not pass on the signal that `getToken` is given, and hides what was
 * wrong with the network behind a link: so both are done at the request. It would try four times by itself; the attempts
 * are counted by whoever calls.
 */
export const fetchEntraToken = async (options: EntraOptions, signal: AbortSignal): Promise<Token> => {
  const { clientId, tenantId, federatedTokenFile, authorityHost, scope, username } = options
  let networkError: Error | undefined
  const policy: PipelinePolicy = {
    name: 'eachRequest',
    sendRequest: async (request, next) => {
      request.abortSignal = signal
      try {
        return await next(request)
      } catch (error) {
        if (error instanceof Error) networkError = error
        throw error
      }
    }
  }
  const credential = new WorkloadIdentityCredential({
    clientId,
    tenantId,
    tokenFilePath: federatedTokenFile,
    ...(authorityHost !== undefined && { authorityHost }),
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [{ position: 'perRetry', policy }]
  })
  const { token, expiresOnTimestamp } = await credential.getToken(scope).catch((error: unknown) => {
    throw networkError ?? error
  })
  return {
    login: { username: username ?? objectIdOf(token), password: token },
    lifetimeMs: expiresOnTimestamp - Date.now()
  }
}

type CredentialOptions = NonNullable<ConstructorParameters<typeof WorkloadIdentityCredential>[0]>
type PipelinePolicy = NonNullable<CredentialOptions['additionalPolicies']>[number]['policy']

/** The claim `oid` of an access token: the name by which Redis on Azure knows the identity. */
export const objectIdOf = (token: string): string => {
  const claims = claimsOf(token)
  if (typeof claims === 'object' && claims !== null && 'oid' in claims && typeof claims.oid === 'string')
    return claims.oid
  throw new Error('the token names no object id (claim oid): set REDIS_USERNAME to that of the identity')
}

const claimsOf = (token: string): unknown => {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  } catch {
    return undefined
  }
}
