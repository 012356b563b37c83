import { type Behaviour, isBrokenOff, type Size, SIZES } from './behaviour.js'
import type { Pace } from './reader.js'

/** What the sidecar does with the answer. */
export type Kind =
  /** A read without a row. */
  | 'read'
  /** A write, whose answer waits for its invalidation. */
  | 'write'
  | 'head'
  /** A read of a row, and once more when it may be stored. */
  | 'fill'
  /** Three readers at once, each at another pace. */
  | 'collapsed'

export interface Case {
  readonly behaviour: Behaviour
  readonly size: Size
  readonly kind: Kind
  readonly pace: Pace
}

/**
 * Every behaviour of a server with every size and kind; and every slower pace with what is larger than the 64 KiB that
 * wait here for a reader. Of 8 MB, which a slow reader holds up in the sockets too, only what differs.
 */
export const casesOf = (behaviours: readonly Behaviour[]): readonly Case[] =>
  behaviours.flatMap((behaviour, index) =>
    SIZES.flatMap((size) => {
      const cases =
        size === LARGEST ? largest(behaviour, index === 0) : size > 65_536 ? [...ANY, ...LARGE] : ANY
      return cases
        .filter(([kind]) => isPossible(behaviour, size, kind))
        .map(([kind, pace]) => ({ behaviour, size, kind, pace }))
    })
  )

type Taken = readonly [kind: Kind, pace: Pace]

const LARGEST = 8_388_608

const ANY: readonly Taken[] = [
  ['read', 'fast'],
  ['write', 'fast'],
  ['head', 'fast'],
  ['fill', 'fast'],
  ['collapsed', 'fast']
]

const PACES = ['slow', 'stalled', 'leaving'] as const
const LARGE: readonly Taken[] = (['read', 'write', 'fill'] as const).flatMap((kind) =>
  PACES.map((pace): Taken => [kind, pace])
)

const largest = ({ end }: Behaviour, isFirst: boolean): readonly Taken[] =>
  isBrokenOff(end)
    ? [
        ['read', 'slow'],
        ['write', 'fast']
      ]
    : [
        ['read', 'slow'],
        ['read', 'leaving'],
        ['write', 'stalled'],
        ['write', 'fast'],
        ['head', 'fast'],
        ['fill', 'fast'],
        ...(isFirst ? [['collapsed', 'fast'] as const, ['fill', 'slow'] as const] : [])
      ]

/** What has no body is not broken off. */
const isPossible = ({ end }: Behaviour, size: Size, kind: Kind): boolean =>
  !isBrokenOff(end) || (size > 0 && kind !== 'head')

export const nameOf = ({ behaviour: { framing, end }, size, kind, pace }: Case): string =>
  `${kind} of ${size} B, ${framing}, ${end}, ${pace}`
