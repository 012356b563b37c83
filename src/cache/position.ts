import { randomBytes } from 'node:crypto'

/**
 * How far the log of invalidations had come: `<epoch>:<id of the last record>`, opaque to callers. A read
 * returns the position it saw; a fill carries it back and is refused when a record since then touches it.
 */
export type Position = string

/** 96 random bits as 16 characters: the first half of a position. */
export const randomEpoch = (): string => randomBytes(12).toString('base64url')

export const epochOf = (position: Position): string => position.slice(0, position.indexOf(':'))

export const recordIdOf = (position: Position): string => position.slice(position.indexOf(':') + 1)

export const POSITION = /^[A-Za-z0-9_-]{16}:\d{1,16}-\d{1,16}$/

export const isPosition = (text: string): text is Position => POSITION.test(text)

/** Orders two record ids, which are stream ids `<ms>-<sequence>`: negative when `a` is the earlier one. */
export const compareRecordIds = (a: string, b: string): number => {
  const [aMs = 0, aSequence = 0] = a.split('-').map(Number)
  const [bMs = 0, bSequence = 0] = b.split('-').map(Number)
  return aMs - bMs || aSequence - bSequence
}

/** Whether both are of one epoch, and `a` is the earlier one. */
export const isBefore = (a: Position, b: Position): boolean =>
  epochOf(a) === epochOf(b) && compareRecordIds(recordIdOf(a), recordIdOf(b)) < 0
