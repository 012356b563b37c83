import { Ajv } from 'ajv'
import fc from 'fast-check'
import t from 'tap'
import { NAME_MAX_BYTES, parseName, parsePattern } from '../../../src/cache/names.js'
import { createNameSchemas } from '../../../src/doors/control/names.js'

const PIECES = [
  'a',
  '*',
  '**',
  '@',
  'spms:',
  '{spms}:',
  ' ',
  '\u00a0',
  '\u200a',
  '\u200b',
  '\u2029',
  '\ufeff',
  '\ud800',
  '😀'
]

/** Near the rules, and anything. */
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join('')),
  fc.integer({ min: 0, max: 0xffff }).map((unit) => `a${String.fromCharCode(unit)}b`),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.nat({ max: 4 }).map((more) => 'x'.repeat(510 + more)),
  fc.nat({ max: 4 }).map((more) => `spms:${'x'.repeat(510 + more)}`)
)

for (const prefix of ['spms:', '{spms}:', 'a.b*(', '']) {
  void t.test(`the standard keywords take what the rules take, with the prefix ${prefix}`, async (t) => {
    const { Key, Tag, Pattern } = createNameSchemas(prefix)
    // Knows nothing of x-name.
    const ajv = new Ajv({ strict: false })
    const [isKey, isTag, isPattern] = [ajv.compile(Key), ajv.compile(Tag), ajv.compile(Pattern)]
    const judge = (name: string): void => {
      const isLong = Buffer.byteLength(name) > NAME_MAX_BYTES
      const asName = parseName(name, prefix).outcome === 'valid'
      const asPattern = parsePattern(name, prefix).outcome === 'valid'
      // The number of bytes is what they do not express: only there they may take more.
      const isEqual = isLong
        ? (!asName || isKey(name)) && (!asPattern || isPattern(name))
        : isKey(name) === asName && isTag(name) === asName && isPattern(name) === asPattern
      if (!isEqual) throw new Error(JSON.stringify(name))
    }
    fc.assert(fc.property(text, judge), { numRuns: 3000 })
    for (let unit = 0; unit <= 0xffff; unit++) judge(`a${String.fromCharCode(unit)}`)
    t.pass('3,000 texts and every character')
  })
}
