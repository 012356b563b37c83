import { Writable } from 'node:stream'

/** A destination for a logger, and what it was told, line by line. */
export const collectLines = () => {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    }
  })
  return { destination, lines }
}
