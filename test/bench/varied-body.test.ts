import { gzipSync } from 'node:zlib'
import t from 'tap'
import { variedBody } from '../../bench/varied-body.js'

t.test(
  'a varied body is JSON of its size, the same each time, and as hard to compress as real records',
  async (t) => {
    for (const bytes of [1024, 10_240, 102_400]) {
      const body = variedBody(7, bytes)
      t.equal(body.length, bytes)
      t.match(JSON.parse(body.toString()), { id: 7, user: { id: 7 }, projects: [{ status: String }] })
      t.ok(variedBody(7, bytes).equals(body))
      t.notOk(variedBody(8, bytes).equals(body))
      const share = gzipSync(body).length / bytes
      t.ok(share > 0.1 && share < 0.6, `${share}`)
    }
  }
)
