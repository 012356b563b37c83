/** The fields of a JSON object or of a form, where every value is text. */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>

  constructor(values: Iterable<readonly [string, unknown]>) {
    this.#values = new Map(values)
  }

  static of(body: unknown): Fields {
    if (body instanceof Fields) return body
    return new Fields(typeof body === 'object' && body !== null ? Object.entries(body) : [])
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }

  integer(name: string): number | undefined {
    const text = this.text(name)
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
  }

  flag(name: string): boolean | undefined {
    const value = this.#values.get(name)
    if (value === true || value === 'true') return true
    return value === false || value === 'false' ? false : undefined
  }
}

/** The text fields of a form. A file in it is left out. */
export const formFields = (contentType: string, body: Buffer): Fields => {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1]
  if (boundary === undefined) return new Fields(new URLSearchParams(body.toString()))
  return new Fields(
    body
      .toString()
      .split(`--${boundary}`)
      .flatMap((part) => {
        const [, name, value] = TEXT_PART.exec(part) ?? []
        return name === undefined || value === undefined ? [] : [[name, value] as const]
      })
  )
}

const TEXT_PART = /^\r\ncontent-disposition: form-data; name="([^"]*)"\r\n\r\n(.*)\r\n$/is
