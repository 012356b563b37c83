import fc from 'fast-check'
import t from 'tap'
import { type CodingWeights, preferredOf, readAcceptEncoding } from '../../src/http/accept-encoding.js'
import { type Coding, CODINGS } from '../../src/http/codings.js'

const formsOf = (codings: readonly Coding[]) => codings.map((coding) => ({ coding }))

const choose = (field: string, there: readonly Coding[] = ['br', 'gzip']): Coding | 'identity' =>
  preferredOf(formsOf(there), readAcceptEncoding(field))?.coding ?? 'identity'

t.test('the coding that a caller wants most is chosen', async (t) => {
  const cases: readonly [field: string, chosen: Coding | 'identity'][] = [
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['GZip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['gzip ; q=1.000 , br ; Q=0.999', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['gzip;q=0.001', 'gzip'],
    ['*', 'br'],
    ['*;q=0.5, br;q=0', 'gzip'],
    ['identity;q=0, *', 'br'],
    ['gzip, identity', 'gzip'],
    ['deflate', 'identity'],
    ['', 'identity'],
    [' , ,', 'identity'],
    ['identity', 'identity'],
    ['gzip;q=0.5, identity', 'identity'],
    ['gzip;q=0.5, *', 'br'],
    ['gzip;q=0.5, br;q=0, *;q=0.8', 'identity'],
    ['gzip;q=0, br;q=0.0', 'identity'],
    ['*;q=0', 'identity'],
    ['identity;q=0', 'identity'],
    ['gzip;q=0, gzip', 'identity'],
    ['gzip;q=2, br;q=0.1234', 'identity'],
    ['gzip;q=-1', 'identity'],
    ['gzip;q=', 'identity'],
    ['gzip;level=9', 'identity']
  ]
  for (const [field, chosen] of cases) t.equal(choose(field), chosen, `"${field}"`)
})

t.test('only what is there is chosen, the first of equals', async (t) => {
  t.equal(choose('gzip, br, zstd', []), 'identity')
  t.equal(choose('br', ['gzip']), 'identity')
  t.equal(choose('gzip, br, zstd', ['zstd', 'br', 'gzip']), 'zstd')
  t.equal(choose('gzip, br, zstd', ['gzip', 'br', 'zstd']), 'gzip')
})

const member = fc.record({
  name: fc.constantFrom<Coding | 'identity' | '*' | 'deflate'>(...CODINGS, 'identity', '*', 'deflate'),
  thousandths: fc.integer({ min: 0, max: 1000 })
})
const members = fc.uniqueArray(member, { selector: ({ name }) => name })
type Member = Readonly<{ name: string; thousandths: number }>

const write = (all: readonly Member[]): string =>
  all.map(({ name, thousandths }) => `${name};q=${(thousandths / 1000).toFixed(3)}`).join(', ')

t.test('whatever a caller sends, it gets what it wants most, and nothing that it refuses', async (t) => {
  fc.assert(
    fc.property(members, fc.shuffledSubarray([...CODINGS]), (all, there) => {
      const weightOf = (name: string): number =>
        (all.find((each) => each.name === name) ?? all.find((each) => each.name === '*'))?.thousandths ?? 0
      const chosen = choose(write(all), there)
      const most = Math.max(0, ...there.map(weightOf))
      if (chosen === 'identity') return most === 0 || most < weightOf('identity')
      return there.includes(chosen) && weightOf(chosen) === most && most > 0 && most >= weightOf('identity')
    }),
    { numRuns: 2000 }
  )
  fc.assert(
    fc.property(members, (all) => {
      const weights = readAcceptEncoding(write(all))
      t.same(readAcceptEncoding(write(all.toReversed()).toUpperCase()), weights)
    })
  )
})

t.test('no field breaks it, and no weight leaves its bounds', async (t) => {
  const isBounded = (weights: CodingWeights): boolean =>
    Object.values(weights).every((weight) => weight >= 0 && weight <= 1)
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'gzipbr*;q=,. 01'.split('')) }))
  fc.assert(fc.property(text, (field) => isBounded(readAcceptEncoding(field))))
  t.pass('none did')
})
