import { compareRecordIds, type Position, recordIdOf } from '../../cache/position.js'

/**
 * The latest position that this process has read or that an invalidation of its own has come to: every record up to it
 * was acknowledged. A server that does not know it has lost records (`standing` in `scripts/epoch.ts`).
 */
export class RememberedPosition {
  /** Empty before the first handshake. A plain field: every read compares it. */
  position: Position = ''

  /** Ids go up from epoch to epoch, too; replies may be looked at in another order than they came. */
  remember(position: Position): void {
    const isLater = compareRecordIds(recordIdOf(position), recordIdOf(this.position)) > 0
    if (this.position === '' || isLater) this.position = position
  }
}
