import { Type, type TSchema } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import t from 'tap'
import { invalid } from '../../src/doors/to-problem.js'

const problemOf = (schema: TSchema, value: unknown, part: 'body' | 'querystring' = 'body') => {
  const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(schema)
  validate(value)
  return invalid(validate.errors ?? [], part).problem
}

const Entries = Type.Object({
  entries: Type.Array(Type.Object({ ttl: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }))
})

t.test('every field that a schema refused is named as the caller wrote it', async (t) => {
  t.match(problemOf(Entries, { entries: [{ ttl: 1 }, { ttl: 0, 'a/b': 1 }] }), {
    status: 400,
    detail: 'entries[1].a/b is not known here. entries[1].ttl must be >= 1.',
    errors: [
      { field: 'entries[1].a/b', detail: 'is not known here' },
      { field: 'entries[1].ttl', detail: 'must be >= 1' }
    ]
  })
  t.match(problemOf(Entries, {}).errors, [{ field: 'entries', detail: 'is required' }])
  t.match(problemOf(Entries, 5).errors, [{ field: 'body', detail: 'must be object' }])
})

t.test('a parameter that is given several times is one field', async (t) => {
  const query = Type.Object({ tag: Type.Array(Type.String({ maxLength: 1 })) })
  t.match(problemOf(query, { tag: ['a', 'bb'] }, 'querystring').errors, [{ field: 'tag' }])
})

t.test('where one of several is to hold, what each of them lacks is not told', async (t) => {
  const either = Type.Object({}, { oneOf: [{ required: ['value'] }, { required: ['base64'] }] })
  t.strictSame(problemOf(either, {}).errors, [
    { field: 'body', detail: 'must have one of value, base64 and json' }
  ])
})

t.test('the name of a field is not as long as a caller likes', async (t) => {
  const strict = Type.Object({}, { additionalProperties: false })
  t.equal(problemOf(strict, { ['x'.repeat(10_000)]: 1 }).errors?.[0]?.field.length, 200)
})
