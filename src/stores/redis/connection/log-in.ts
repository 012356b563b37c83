import type { Login } from '../credentials/credentials.js'
import { CONNECTION_NAME, type RedisClient } from './client.js'

/**
 * Logs a connection in, or in again: what is asked meanwhile is answered as before, and after a refusal, too
 * (Redis leaves a connection the user that it had).
 */
export const logIn = async (client: RedisClient, { username, password }: Login): Promise<void> => {
  const loggedIn = client.auth(username, password)
  const named = client.client('SETNAME', CONNECTION_NAME).catch(() => undefined)
  await Promise.all([loggedIn, named])
}
