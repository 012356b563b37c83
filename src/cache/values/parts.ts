/** Many keys in parts that are read one after another, in order; `sizes` are those of their values in bytes. */
export const partsOf = (
  keys: readonly string[],
  sizes: readonly number[]
): readonly (readonly string[])[] => {
  const parts: string[][] = []
  let part: string[] = []
  let bytes = 0
  keys.forEach((key, at) => {
    const size = sizes[at] ?? 0
    bytes += size
    if (part.length === 0 || part.length === PART.keys || bytes > PART.bytes) {
      part = []
      parts.push(part)
      bytes = size
    }
    part.push(key)
  })
  return parts
}

/** One read fetches no more keys, and no more bytes unless one value alone has more. */
const PART = { keys: 100, bytes: 2 * 1024 * 1024 }
