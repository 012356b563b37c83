import t from 'tap'
import { isJson, isJsonType, isTextType } from '../../../src/doors/control/json-text.js'

t.test('JSON is what a parser takes, in UTF-8 without a mark', async (t) => {
  for (const text of ['1', ' {"a":[null]}\n', '"é"', '1e400']) t.ok(isJson(Buffer.from(text)), text)
  for (const text of ['', ' ', 'NaN', "'a'", '{a:1}', '1,', '\ufeff1'])
    t.notOk(isJson(Buffer.from(text)), text)
  t.notOk(isJson(Buffer.from([34, 255, 34])))
  t.ok(isJson(Buffer.from('['.repeat(100_000) + ']'.repeat(100_000))), 'however deep')
})

t.test('a type says whether a value is text, and whether it is JSON', async (t) => {
  const types: readonly [string, boolean, boolean][] = [
    ['application/json', true, true],
    ['Application/Problem+JSON; charset="UTF-8"', true, true],
    ['application/json; charset=latin1', false, false],
    ['text/plain', true, false],
    ['text/plain; charset=us-ascii; format=flowed', true, false],
    ['application/jsonx', false, false],
    ['application/octet-stream', false, false]
  ]
  for (const [type, isText, isJsonOne] of types)
    t.strictSame([isTextType(type), isJsonType(type)], [isText, isJsonOne], type)
})
