/** RESP2, as far as a proxy must read it: where one value ends, and what a command's arguments are. */

/** What comes over one connection, value by value, each as the bytes that it was sent as. */
export class Values {
  #left: Buffer = Buffer.alloc(0)

  /** Those that are whole by now. */
  after(chunk: Buffer): readonly Buffer[] {
    this.#left = this.#left.length === 0 ? chunk : Buffer.concat([this.#left, chunk])
    const whole: Buffer[] = []
    let at = 0
    for (let end = endOf(this.#left, at); end !== undefined; end = endOf(this.#left, at)) {
      whole.push(this.#left.subarray(at, end))
      at = end
    }
    this.#left = this.#left.subarray(at)
    return whole
  }
}

/** Where the value that begins at `at` ends; undefined while it is not whole. */
const endOf = (bytes: Buffer, at: number): number | undefined => {
  const lineEnd = bytes.indexOf('\r\n', at)
  if (lineEnd < 0) return undefined
  const next = lineEnd + 2
  const type = bytes.toString('latin1', at, at + 1)
  const count = Number(bytes.toString('latin1', at + 1, lineEnd))
  if (type === '$') {
    const end = count < 0 ? next : next + count + 2
    return end <= bytes.length ? end : undefined
  }
  if (type !== '*') return next
  let end: number | undefined = next
  for (let left = count; left > 0 && end !== undefined; left--) end = endOf(bytes, end)
  return end
}

/** The arguments of a command, which is an array of bulk strings; inline commands are not understood. */
export const argumentsOf = (command: Buffer): readonly Buffer[] => {
  const found: Buffer[] = []
  let at = command.indexOf('\r\n') + 2
  while (at < command.length) {
    const lineEnd = command.indexOf('\r\n', at)
    const begin = lineEnd + 2
    const length = Number(command.toString('latin1', at + 1, lineEnd))
    found.push(command.subarray(begin, begin + length))
    at = begin + length + 2
  }
  return found
}

export const commandOf = (...args: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat([Buffer.from(`*${args.length}\r\n`), ...args.map(bulkOf)])

export const bulkOf = (text: string | Buffer): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')])
}

export const errorOf = (message: string): Buffer => Buffer.from(`-${message}\r\n`)
