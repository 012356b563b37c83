import type { HttpOptions } from '../support/http.js'

/** A write through a sidecar, which is expected to be carried out. */
export interface WriteCase {
  /** The method, a space, and the path below `/api/v1/`, or from the root where it begins with `/`. */
  readonly write: string
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  /** With a picture in this field, beside those of `form`. */
  readonly picture?: string
  /** By the name of a caller; the administrator without it. */
  readonly as?: string
  /** In place of the caller's. */
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
  /** No cached read shows what it changes, or it changes nothing. */
  readonly isUnseen?: true
  /** Somebody's next read may be refused. */
  readonly endsSessions?: true
  /** Everybody signs in again afterwards, with this password. */
  readonly signInAfter?: string
}

/** Method and path. */
export const targetOf = ({ write }: WriteCase): { readonly method: string; readonly path: string } => {
  const [method = '', path = ''] = write.split(' ')
  return { method, path: path.startsWith('/') ? path : `/api/v1/${path}` }
}

export const requestOf = (
  { json, form, picture }: WriteCase,
  headers: Readonly<Record<string, string>>
): Pick<HttpOptions, 'body'> & { readonly headers: Record<string, string> } => {
  if (picture !== undefined) {
    const type = `multipart/form-data; boundary=${BOUNDARY}`
    return { headers: { ...headers, 'content-type': type }, body: multipart(form ?? {}, picture) }
  }
  if (form !== undefined) {
    const type = 'application/x-www-form-urlencoded'
    return { headers: { ...headers, 'content-type': type }, body: new URLSearchParams(form).toString() }
  }
  if (json === undefined) return { headers: { ...headers } }
  return { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(json) }
}

const BOUNDARY = 'a-boundary'

const multipart = (form: Readonly<Record<string, string>>, picture: string): string => {
  const part = (about: string, value: string): string =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; ${about}\r\n\r\n${value}\r\n`
  const fields = Object.entries(form).map(([name, value]) => part(`name="${name}"`, value))
  return `${fields.join('')}${part(`name="${picture}"; filename="picture.png"`, 'PNG')}--${BOUNDARY}--\r\n`
}
