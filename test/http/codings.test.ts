import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import t from 'tap'
import { type Coding, CODINGS, encode } from '../../src/http/codings.js'

const DECODERS: Readonly<Record<Coding, (body: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync
}

t.test('a coded body is the body again when it is decoded', async (t) => {
  const texts = ['', 'x', 'Ångström '.repeat(300), 'a large one '.repeat(50_000)]
  for (const coding of CODINGS) {
    for (const text of texts) {
      const body = Buffer.from(text)
      const decoded = DECODERS[coding](await encode(body, coding))
      t.ok(decoded.equals(body), `${coding}, ${body.length} bytes`)
    }
  }
})

t.test('a coded body holds no more memory than it has bytes', async (t) => {
  for (const coding of CODINGS) {
    const coded = await encode(Buffer.from('again and '.repeat(1000)), coding)
    t.ok(coded.length < 1000)
    t.equal(coded.buffer.byteLength, coded.length, coding)
  }
})
