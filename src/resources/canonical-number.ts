/** A record's number as the API writes it: digits without sign, spaces or leading zeros. */
export const isCanonicalNumber = (text: string): boolean => CANONICAL.test(text)

const CANONICAL = /^(?:0|[1-9][0-9]{0,17})$/
