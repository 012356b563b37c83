const SECRETS = new Set(['CONTROL_TOKEN', 'REDIS_URL', 'REDIS_PASSWORD', 'WARM_IDENTITY'])

/** Where an address that is not parsed could hold a password, nothing of it is shown. */
const ADDRESSES = new Set(['ORIGIN_URL'])
const PLAIN_ADDRESS = /^[a-z]+:\/\/(?:[a-z\d._-]+|\[[\da-f:.]+\])(?::\d+)?(?:\/[\w./-]*)?$/i

/** A value of the environment as an error shows it: in one line, and without anything that is a secret. */
export const shown = (name: string, value: string): string => {
  const isHidden = SECRETS.has(name) || (ADDRESSES.has(name) && !PLAIN_ADDRESS.test(value))
  return isHidden ? '(hidden)' : value.replaceAll(/\p{Cc}+/gu, ' ')
}
