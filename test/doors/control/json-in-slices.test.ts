import fc from 'fast-check'
import t from 'tap'
import { parseInSlices } from '../../../src/doors/control/json-in-slices.js'

/** Long enough to be looked at in parts. */
const long = (count = 40): string[] => Array.from({ length: count }, (_, at) => `${at}`.padEnd(1000, 'é"\\'))

const outcomeOf = async (work: () => unknown): Promise<unknown> => {
  try {
    return { value: await work() }
  } catch (error) {
    return { error: error instanceof Error ? error.name : '' }
  }
}

/** The same as parsing the whole, also where that fails. */
const isSame = async (json: string): Promise<boolean> => {
  const bytes = Buffer.from(json)
  const [whole, sliced] = [
    await outcomeOf(() => JSON.parse(json)),
    await outcomeOf(() => parseInSlices(bytes, JSON.parse))
  ]
  return JSON.stringify(whole) === JSON.stringify(sliced)
}

const LIST = JSON.stringify(long())

void t.test('long lists are parsed in parts, and come out whole', async (t) => {
  const texts: number[] = []
  const value = {
    first: long(200),
    all: true,
    second: [[1, '],['], { a: [1, { b: '}' }] }, ...long(100)],
    end: 'x'
  }
  const parsed = await parseInSlices(Buffer.from(JSON.stringify(value)), (text): unknown => {
    texts.push(text.length)
    return JSON.parse(text)
  })
  t.strictSame(parsed, value)
  t.ok(texts.length > 5 && Math.max(...texts) < 150_000, `parts of ${texts.join(', ')}`)
})

void t.test('whatever is parsed in parts is the same as in one, or fails as that does', async (t) => {
  const texts = [
    LIST,
    `"${'a'.repeat(50_000)}"`,
    `{"a":${LIST}}`,
    ` {\n"a" :\t${LIST} , "b": [ ] }\n`,
    `{"a":${LIST},"a":${LIST}}`,
    `{"a":${LIST},"a":5}`,
    `{"a":5,"a":${LIST}}`,
    `{"a":{"b":${LIST}}}`,
    `{"a":${LIST},"b":{"c":[]}}`,
    `{"\\u0061":${LIST}}`,
    `{"__proto__":${LIST}}`,
    `{"a":[${LIST},${LIST}]}`,
    `{"a":${LIST.slice(0, -1)},]}`,
    `{"a":[,${LIST.slice(1)}}`,
    `{"a":${LIST.slice(0, -1)}}`,
    `{"a":${LIST}`,
    `{"a":${LIST}}}`,
    `{"a":${LIST}]`,
    `{"a":${LIST},[1]}`,
    `{"a":${LIST},}`,
    `{"a"${LIST}}`,
    `{a:${LIST}}`,
    `{${LIST}}`,
    `{"a":${LIST.slice(0, -2)}`,
    `{"a":${LIST} x}`
  ]
  for (const json of texts) t.ok(await isSame(json), json.slice(0, 20) + json.slice(-20))
})

void t.test('so it is with any JSON, cut anywhere', async (t) => {
  const json = fc
    .tuple(
      fc.dictionary(fc.string(), fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue())),
      fc.nat(),
      fc.boolean()
    )
    .map(([value, at, isCut]) => {
      const text = JSON.stringify({ ...value, more: long(20) })
      return isCut ? text.slice(0, at % text.length) : text
    })
  await fc.assert(
    fc.asyncProperty(json, async (text) => {
      if (!(await isSame(text))) throw new Error('not the same')
    }),
    { numRuns: 300 }
  )
  t.pass('300 texts')
})
