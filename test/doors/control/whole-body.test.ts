import { PassThrough } from 'node:stream'
import t from 'tap'
import { eventually } from '../../support/eventually.js'
import { wholeBody } from '../../../src/doors/control/whole-body.js'

const body = (...chunks: string[]): PassThrough => {
  const stream = new PassThrough()
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  return stream
}

void t.test('a body comes whole, of an announced length or not', async (t) => {
  const long = 'x'.repeat(50_000)
  for (const announced of [undefined, 150_003]) {
    const whole = await wholeBody(body(long, 'abc', long, long), { announced, limit: 200_000 })
    t.equal(whole.toString(), `${long}abc${long}${long}`)
  }
  t.equal((await wholeBody(body(), { announced: 0, limit: 10 })).length, 0)
  t.equal((await wholeBody(body('0123456789'), { announced: undefined, limit: 10 })).length, 10)
})

void t.test('one that is too large is refused and read on, so that the answer arrives', async (t) => {
  for (const announced of [undefined, 11]) {
    const stream = body('0123456789', 'x')
    await t.rejects(wholeBody(stream, { announced, limit: 10 }), { message: /too large/ })
    await eventually(() => stream.readableEnded)
    t.pass('all of it was read')
  }
})

void t.test('one that breaks off is an error', async (t) => {
  const stream = new PassThrough()
  stream.write('abc')
  const reading = wholeBody(stream, { announced: 10, limit: 10 })
  stream.destroy()
  await t.rejects(reading, { message: /broke off/ })
})
