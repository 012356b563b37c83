import Negotiator from 'negotiator'

/**
 * The one of `languages` in which a caller is to be answered: the best that his `Accept-Language` allows (RFC 9110
 * §12.5.4), else the first.
 */
export const chooseLanguage = (
  field: string | undefined,
  languages: readonly [string, ...string[]]
): string => {
  if (field === undefined) return languages[0]
  const negotiator = new Negotiator({ headers: { 'accept-language': field } })
  return negotiator.language([...languages]) ?? languages[0]
}
