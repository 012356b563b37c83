import fc from 'fast-check'
import t from 'tap'
import { type PackedSketch, Sketch } from '../../src/insight/sketch.js'

const sketchOf = (values: readonly number[]): Sketch => {
  const sketch = new Sketch()
  for (const value of values) sketch.record(value)
  return sketch
}

const quantileOf = (values: readonly number[], share: number): number =>
  [...values].sort((one, other) => one - other)[Math.floor(share * (values.length - 1))] ?? NaN

const isNear = (found: number | undefined, wanted: number): boolean =>
  found !== undefined && Math.abs(found - wanted) <= 0.031 * wanted

/** From a microsecond to a day; values of 1 and around it, with which the ranges of the library go wrong, often. */
const values = fc.array(
  fc.oneof(
    fc.constantFrom(0, 0.001, 0.97, 0.98, 0.99, 1, 1.01, 1.02, 1.03),
    fc.double({ min: 0.001, max: 86_400_000, noNaN: true })
  ),
  { minLength: 1, maxLength: 200 }
)

t.test('percentiles are within 3 %, of what was added up and sent elsewhere, too', async (t) => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (parts) => {
      const whole = new Sketch()
      for (const part of parts) whole.add(sketchOf(part))
      const all = parts.flat()
      const sent = Sketch.unpack(JSON.parse(JSON.stringify(whole.pack())) as PackedSketch)
      for (const sketch of [whole, sent, sketchOf(all)]) {
        if (sketch.count !== all.length) return false
        for (const share of [0, 0.5, 0.9, 0.99]) {
          if (!isNear(sketch.quantile(share), quantileOf(all, share))) return false
        }
      }
      return true
    })
  )
  t.pass('200 random ones')
})

t.test('a sum stays right after it was sent, and takes more', async (t) => {
  const sketch = Sketch.unpack(sketchOf([1, 2, 3]).pack())
  sketch.add(sketchOf([10]))
  sketch.record(4)
  t.equal(sketch.count, 5)
  t.equal(sketch.sum, 20)
  t.equal(sketch.mean, 4)
  t.ok(isNear(sketch.quantile(1), 10))
})

t.test('without a value there is none', async (t) => {
  const sketch = new Sketch()
  t.equal(sketch.mean, undefined)
  t.equal(sketch.quantile(0.5), undefined)
  t.strictSame(Sketch.unpack(sketch.pack()).pack(), sketch.pack())
})

t.test('a value that is far too great takes no memory', async (t) => {
  const sketch = sketchOf([0.001, 1e300, Infinity])
  t.ok(sketch.pack().bins.length <= 600)
  t.ok(isNear(sketch.quantile(1), 1e9))
})
