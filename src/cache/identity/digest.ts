import { hash } from 'node:crypto'

/** 132 bits of SHA-256 in 22 characters that need no escaping in a key. */
export const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)

/** Values in an order that matters, so that no two different lists give one text. */
export const delimit = (values: readonly string[]): string =>
  values.map((value) => `${value.length}:${value}`).join(',')
