import type { Position } from '../../cache/position.js'

/**
 * A position that this process has read or that an invalidation of its own has come to: every record up to it was
 * acknowledged. A server that does not know it has lost records (`standing` in `scripts/epoch.ts`).
 */
export class RememberedPosition {
  /** Empty before the first handshake. A plain field: every read compares it. */
  position: Position = ''

  /**
   * `since`: the position that the server still had when it told this one; empty for none. Another that was remembered
   * meanwhile stays, since it may be lost:
   *
   *     this process                          the server
   *     sends an invalidation of a
   *     sends another, of b                   record 7: a; acknowledged
   *     remembers 7                           fails over to a replica that has come to 6 only
   *                                           6 is known; record 8: b; acknowledged
   *     were 8 remembered: a is read again
   *
   * The next read compares the server with 7.
   */
  remember(position: Position, since: Position): void {
    if (this.position === since) this.position = position
  }
}
