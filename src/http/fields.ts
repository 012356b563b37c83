/** Every value of one header, in order. Header sections are names and values in turn. */
export const valuesOf = (headers: readonly string[], name: string): string[] => {
  const values: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const sent = headers[at] ?? ''
    // Most differ in length, so that they need not be put in lower case.
    if (sent.length === name.length && fieldName(sent) === name) values.push(headers[at + 1] ?? '')
  }
  return values
}

/** The first value of a header. */
export const valueOf = (headers: readonly string[], name: string): string | undefined => {
  for (let at = 0; at < headers.length; at += 2) {
    const sent = headers[at] ?? ''
    if (sent.length === name.length && sent.toLowerCase() === name) return headers[at + 1]
  }
  return undefined
}

/** The names of all directives of `Cache-Control`, in lower case, whatever their arguments are. */
export const directiveNames = (headers: readonly string[]): ReadonlySet<string> =>
  new Set(
    valuesOf(headers, 'cache-control').flatMap((value) =>
      value.split(',').map((text) => (text.split('=', 1)[0] ?? '').trim().toLowerCase())
    )
  )

/** Less the fields that the test picks by their names, as these were sent. */
export const withoutFields = (headers: readonly string[], isDropped: (name: string) => boolean): string[] => {
  const left: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!isDropped(name)) left.push(name, headers[at + 1] ?? '')
  }
  return left
}

/** In lower case, and as WSGI may read it. */
export const fieldName = (name: string): string => {
  const lower = name.toLowerCase()
  return lower.includes('_') ? lower.replaceAll('_', '-') : lower
}

/**
 * Without the fields that belong to one connection (RFC 9110 §7.6.1) and those that `Connection` names.
 * Everything else keeps its order, its spelling and its repetitions. `Connection` cannot take away what a
 * message needs, nor what is to stay: an entry's key counts it.
 */
export const withoutHopByHop = (
  headers: readonly string[],
  { without, keep }: { readonly without?: ReadonlySet<string>; readonly keep?: ReadonlySet<string> } = {}
): string[] => {
  const named = namedByConnection(headers)
  return withoutFields(headers, (name) => {
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower) || without?.has(lower) === true) return true
    return named.includes(lower) && !NEEDED.has(lower) && keep?.has(fieldName(name)) !== true
  })
}

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade'
])

const NEEDED = new Set(['host', 'content-length', 'content-type', 'cookie', 'set-cookie'])

const namedByConnection = (headers: readonly string[]): readonly string[] =>
  valuesOf(headers, 'connection').flatMap((value) =>
    value.split(',').map((name) => name.trim().toLowerCase())
  )
