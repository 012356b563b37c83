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

/** Less the fields that the test picks by their names, as these were sent. */
export const withoutFields = (headers: readonly string[], isDropped: (name: string) => boolean): string[] => {
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!isDropped(name)) kept.push(name, headers[at + 1] ?? '')
  }
  return kept
}

/** In lower case, and as WSGI may read it. */
export const fieldName = (name: string): string => {
  const lower = name.toLowerCase()
  return lower.includes('_') ? lower.replaceAll('_', '-') : lower
}
