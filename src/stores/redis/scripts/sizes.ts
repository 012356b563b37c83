import { Type } from '@sinclair/typebox'
import { script } from './script.js'

/** KEYS those of entries. Returns the bytes of each, 0 where nothing is. */
export const SIZES = script({
  reply: Type.Array(Type.Integer()),
  lua: `
local sizes = {}
for i, key in ipairs(KEYS) do
  local size = redis.pcall('STRLEN', key)
  sizes[i] = type(size) == 'number' and size or 0
end
return sizes
`
})
