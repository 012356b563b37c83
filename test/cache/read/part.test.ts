import t from 'tap'
import { partOf } from '../../../src/cache/read/part.js'
import { entry } from '../fixtures.js'

const WHOLE = entry({ body: Buffer.from('0123456789'), etag: '"v1"', tags: ['a'] })

const part = (range: string): string | undefined => {
  const found = partOf(WHOLE, ['Range', range])
  return found && `${found.body.toString()} ${found.headers.at(-1) ?? ''}`
}

t.test('one range of what is stored', async (t) => {
  t.equal(part('bytes=0-1'), '01 bytes 0-1/10')
  t.equal(part('bytes=8-'), '89 bytes 8-9/10')
  t.equal(part('bytes=8-99'), '89 bytes 8-9/10')
  t.equal(part('bytes=-3'), '789 bytes 7-9/10')
  t.equal(part('bytes=-99'), '0123456789 bytes 0-9/10')
  t.match(partOf(WHOLE, ['range', 'bytes=1-1']), {
    status: 206,
    etag: '"v1"',
    tags: ['a'],
    freshUntil: 10_000
  })
})

t.test('the origin answers what is more than that, or less', async (t) => {
  for (const range of [
    'bytes=10-',
    'bytes=-0',
    'bytes=5-4',
    'bytes=-',
    'bytes=0-1,3-4',
    'lines=0-1',
    'bytes=a-b',
    ''
  ]) {
    t.equal(part(range), undefined, range)
  }
  t.equal(partOf(WHOLE, ['Range', 'bytes=0-1', 'If-Range', '"v1"']), undefined)
  t.equal(partOf(entry({ status: 404 }), ['Range', 'bytes=0-1']), undefined)
  t.equal(partOf(entry({ body: Buffer.alloc(0) }), ['Range', 'bytes=0-']), undefined)
})
