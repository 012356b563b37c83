/** The bytes that divide a JSON text (RFC 8259 §2); none of them is a part of a longer character of UTF-8. */
export const QUOTE = 0x22
export const BACKSLASH = 0x5c
export const COMMA = 0x2c
export const COLON = 0x3a
export const OPEN_LIST = 0x5b
export const CLOSE_LIST = 0x5d
export const OPEN_OBJECT = 0x7b
export const CLOSE_OBJECT = 0x7d
export const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d])
