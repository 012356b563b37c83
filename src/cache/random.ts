import { randomBytes } from 'node:crypto'

/** 96 random bits as 16 characters: the first half of a position. */
export const randomEpoch = (): string => randomBytes(12).toString('base64url')
