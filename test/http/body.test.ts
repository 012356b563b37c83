import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { bodyAgain, collect, copyBody, parseJson } from '../../src/http/body.js'

const chunks = (...texts: string[]): Readable => Readable.from(texts.map((text) => Buffer.from(text)))

const textOf = async (stream: Readable | undefined): Promise<string> => {
  const all: Buffer[] = []
  for await (const chunk of stream ?? []) all.push(chunk as Buffer)
  return Buffer.concat(all).toString()
}

/** What is collected of a body that is larger than that. */
const tooLarge = async (source: Readable, maxBytes: number): Promise<Readable> => {
  const collected = await collect(source, maxBytes)
  if (collected.kind === 'whole') throw new Error('it is not too large')
  return collected.body
}

t.test('a body within the limit is whole, and can be read again', async (t) => {
  for (const texts of [[], ['abc'], ['a', 'bc']]) {
    const collected = await collect(chunks(...texts), 3)
    t.match(collected, { kind: 'whole', bytes: Buffer.from(texts.join('')) })
    t.equal(await textOf(bodyAgain(collected)), texts.join(''))
  }
})

t.test('a body beyond the limit loses nothing', async (t) => {
  const collected = await collect(chunks('ab', 'cd', 'ef', 'gh'), 3)
  t.equal(collected.kind, 'stream')
  t.equal(await textOf(bodyAgain(collected)), 'abcdefgh')
})

t.test('no more of a large body is read than its reader takes', async (t) => {
  let made = 0
  const source = Readable.from(
    (function* () {
      for (; made < 1000; made++) yield Buffer.alloc(1000)
    })(),
    { objectMode: false, highWaterMark: 1000 }
  )
  const body = await tooLarge(source, 2000)
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.ok(made < 30, `${made} chunks`)
  t.equal((await textOf(body)).length, 1_000_000)
})

t.test('a large body that nobody reads is closed with its stream', async (t) => {
  const source = chunks('ab', 'cd', 'ef')
  const body = await tooLarge(source, 1)
  body.destroy()
  await once(source, 'close')
  t.ok(source.destroyed)
})

t.test('a large body that is left in the middle is closed too', async (t) => {
  const source = new PassThrough()
  source.write('abcd')
  const body = await tooLarge(source, 1)
  await once(body, 'readable')
  body.read()
  body.destroy()
  await once(source, 'close')
  t.ok(source.destroyed)
})

t.test('a body that breaks off is an error while it is collected', async (t) => {
  const source = new PassThrough()
  source.write('ab')
  const collecting = collect(source, 100)
  source.destroy(new Error('reset'))
  await t.rejects(collecting, { message: 'reset' })
})

t.test(
  'a body that has broken off before is an error, too, and so is one that just ends there',
  async (t) => {
    const source = new PassThrough()
    source.destroy()
    await t.rejects(collect(source, 100), { message: 'the body broke off' })
    const other = new PassThrough()
    const collecting = collect(other, 100)
    other.destroy()
    await t.rejects(collecting, { message: 'the body broke off' })
  }
)

t.test('a large body that breaks off breaks off for its reader', async (t) => {
  const source = new PassThrough()
  source.write('abcd')
  const body = await tooLarge(source, 1)
  const reading = textOf(body)
  source.destroy(new Error('reset'))
  await t.rejects(reading, { message: 'reset' })
})

t.test('what is no JSON is nothing', async (t) => {
  t.same(parseJson(Buffer.from('{"a":[1]}')), { a: [1] })
  t.equal(parseJson(Buffer.from('null')), null)
  for (const text of ['', '{', 'a=1', 'NaN']) t.equal(parseJson(Buffer.from(text)), undefined, text)
})

t.test('a copied body passes and is remembered', async (t) => {
  const copy = copyBody(chunks('{"a":', '1}'), 100)
  t.equal(await textOf(copy.stream), '{"a":1}')
  t.equal(copy.body().toString(), '{"a":1}')
})

t.test('too much passes too, and is not remembered', async (t) => {
  const copy = copyBody(chunks('abc', 'def'), 5)
  t.equal(await textOf(copy.stream), 'abcdef')
  t.equal(copy.body().length, 0)
})

t.test('no body is copied to none', async (t) => {
  const copy = copyBody(undefined, 5)
  t.equal(copy.stream, undefined)
  t.equal(copy.body().length, 0)
})

t.test('a copy breaks off with its body, with an error or without', async (t) => {
  for (const error of [new Error('reset'), undefined]) {
    const source = new PassThrough()
    const { stream } = copyBody(source, 100)
    source.write('ab')
    const reading = textOf(stream)
    source.destroy(error)
    await t.rejects(reading, { message: error?.message ?? 'the request broke off' })
  }
})
