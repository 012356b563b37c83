/**
 * Whether an `Accept` field is content with plain JSON as the origin makes it by default. HTML would get the
 * browsable page; parameters such as `indent=4` would change the bytes.
 */
export const isJsonAcceptable = (accept: string): boolean => {
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
  const isJson = ranges.some(([type, ...parameters]) => {
    const isWanted = type === 'application/json' || type === 'application/*' || type === '*/*'
    return isWanted && parameters.every((parameter) => /^q=(?!0(?:\.0{0,3})?$)/.test(parameter))
  })
  const isOther = ranges.some(
    ([type = '', ...parameters]) =>
      HTML.has(type) ||
      (type === 'application/json' && parameters.some((parameter) => !parameter.startsWith('q=')))
  )
  return isJson && !isOther
}

const HTML = new Set(['text/html', 'text/*', 'application/xhtml+xml'])
