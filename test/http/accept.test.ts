import t from 'tap'
import { isJsonAcceptable } from '../../src/http/accept.js'

const ACCEPTABLE = [
  '*/*',
  'application/json',
  'application/*',
  'application/json, text/plain, */*',
  'APPLICATION/JSON;q=0.9',
  'application/json;q=0.1,text/csv',
  'text/plain,*/*;q=0.001'
]

const NOT_ACCEPTABLE = [
  '',
  'text/html',
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'text/*,application/json',
  'application/xhtml+xml,application/json',
  'application/json;q=0',
  'application/json;q=0.000',
  'application/json; indent=4',
  'application/json,application/json;indent=4',
  'text/csv',
  'image/png,*/*;q=0'
]

t.test('whoever is content with plain JSON gets it from the cache', async (t) => {
  for (const accept of ACCEPTABLE) t.equal(isJsonAcceptable(accept), true, accept)
})

t.test('whoever asks for a page, for another type or for other bytes does not', async (t) => {
  for (const accept of NOT_ACCEPTABLE) t.equal(isJsonAcceptable(accept), false, accept)
})
