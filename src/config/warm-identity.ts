/** RFC 9110 §5.6.2. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
/** RFC 9110 §5.5, without what surrounds a value. */
const VALUE = /^[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/

/** Header names and values in turn; `undefined` for what is no JSON object of them. */
export const parseWarmIdentity = (text: string): readonly string[] | undefined => {
  const parsed = parse(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  const headers: string[] = []
  for (const [name, value] of Object.entries(parsed)) {
    if (!TOKEN.test(name) || typeof value !== 'string' || !VALUE.test(value)) return undefined
    headers.push(name, value)
  }
  return headers
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
