import t from 'tap'
import { preferredForm } from '../../../src/cache/read/preferred-form.js'
import { entry } from '../fixtures.js'

const coded = (['br', 'gzip'] as const).map((coding) => ({ coding, body: Buffer.from(coding) }))

t.test('a caller gets the form of the body that it wants most', async (t) => {
  const stored = entry({ coded })
  for (const title of ['the first time', 'and again']) {
    t.equal(preferredForm(stored, 'gzip, br')?.body.toString(), 'br', title)
    t.equal(preferredForm(stored, 'gzip')?.coding, 'gzip', title)
    t.equal(preferredForm(stored, 'zstd'), undefined, title)
  }
})

t.test('an entry without coded bodies has one form', async (t) => {
  t.equal(preferredForm(entry(), 'gzip'), undefined)
})
