/**
 * One description of how an origin answers, which every server of the tests understands: the last three digits of the
 * number in a path are indexes of the lists below, for how the connection ends, how the answer is framed, and its size.
 * `/files/5107` is 8 MB with a `Content-Length`, and the connection is closed.
 */
export const SIZES = [0, 1024, 65_535, 65_536, 65_537, 150_504, 409_600, 8_388_608] as const

/** RFC 9112 §6.3, items 6, 4 and 8. */
export const FRAMINGS = ['content-length', 'chunked', 'close-delimited'] as const

export const ENDS = [
  'kept',
  /** `Connection: close`, and the FIN comes with the last byte. */
  'closed',
  /** The FIN comes some time after the last byte. */
  'fin-later',
  /** As if the connection were kept, but the FIN comes with the last byte. */
  'fin-unannounced',
  /** The origin goes on reading until the other side closes. */
  'half-closed',
  'fin-in-the-middle',
  'fin-before-the-last-byte',
  'reset-in-the-middle'
] as const

export type Size = (typeof SIZES)[number]
export type Framing = (typeof FRAMINGS)[number]
export type End = (typeof ENDS)[number]

/** What a server does, and where it is written that it does. */
export interface Behaviour {
  readonly framing: Framing
  readonly end: End
  readonly source: string
}

export interface Wanted {
  readonly framing: Framing
  readonly end: End
  readonly size: Size
}

export const isBrokenOff = (end: End): boolean =>
  end === 'fin-in-the-middle' || end === 'fin-before-the-last-byte' || end === 'reset-in-the-middle'

/** `serial` makes it another number for each use. */
export const numberOf = ({ framing, end, size }: Wanted, serial: number): number =>
  serial * 1000 + ENDS.indexOf(end) * 100 + FRAMINGS.indexOf(framing) * 10 + SIZES.indexOf(size)

/** `undefined` for a path without such a number. */
export const wantedIn = (path: string): Wanted | undefined => {
  const [, e = '', f = '', s = ''] = /(\d)(\d)(\d)(?:\/[a-z]+)?$/.exec(path) ?? []
  const [end, framing, size] = [ENDS[Number(e)], FRAMINGS[Number(f)], SIZES[Number(s)]]
  return e === '' || end === undefined || framing === undefined || size === undefined
    ? undefined
    : { end, framing, size }
}

const PREFIX = '[{"id":5,"pad":"'
const SUFFIX = '"}]'

/** JSON that the row of a user's projects stores; no two places of it look alike. */
const makeBody = (size: Size): Buffer => {
  if (size === 0) return Buffer.alloc(0)
  const length = size - PREFIX.length - SUFFIX.length
  const numbers = Array.from({ length: Math.ceil(length / 8) }, (_, at) => String(at).padStart(8, '0'))
  return Buffer.from(PREFIX + numbers.join('').slice(0, length) + SUFFIX)
}

const made = new Map<Size, Buffer>()

export const bodyOf = (size: Size): Buffer => {
  const body = made.get(size) ?? makeBody(size)
  made.set(size, body)
  return body
}
