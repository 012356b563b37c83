import { Ajv } from 'ajv'
import t from 'tap'
import { describedBy, printSteps, ruleOf, type SchemaFault, stepsOf } from '../../src/schema/schema-fault.js'

const faultOf = (schema: object, value: unknown): SchemaFault => {
  const validate = new Ajv({ verbose: true }).compile(schema)
  validate(value)
  const [fault] = validate.errors ?? []
  if (fault === undefined) throw new Error('The schema must refuse the value.')
  return fault
}

const PLACES = {
  type: 'object',
  properties: {
    'a/b~c': { type: 'array', items: { type: 'object', required: ['d'], additionalProperties: false } }
  }
}

t.test('a fault is told by its place, with the member that is missing or not known', async (t) => {
  t.strictSame(stepsOf(faultOf(PLACES, { 'a/b~c': 1 })), ['a/b~c'], 'RFC 6901 §4')
  t.strictSame(stepsOf(faultOf(PLACES, { 'a/b~c': [{}] })), ['a/b~c', '0', 'd'])
  t.strictSame(stepsOf(faultOf({ type: 'object', additionalProperties: false }, { x: 1 })), ['x'])
  t.strictSame(stepsOf(faultOf(PLACES, 1)), [])
  t.equal(printSteps(['entries', '3', 'tags', '0']), 'entries[3].tags[0]')
  t.equal(printSteps(['0', 'a']), '0.a')
  t.equal(printSteps(['0', 'a'], 'warm'), 'warm[0].a')
  t.equal(printSteps([]), '')
})

t.test('a rule is told in the words of Ajv, and in better ones where there are', async (t) => {
  const least = faultOf({ type: 'integer', minimum: 5 }, 1)
  t.equal(ruleOf(least, {}), 'must be >= 5')
  t.equal(ruleOf(least, { minimum: 'is too little' }), 'is too little')
  t.equal(ruleOf(least, { minimum: () => undefined }), 'must be >= 5', 'no better ones after all')
  const pattern = faultOf({ type: 'string', pattern: '^a', description: 'an a' }, 'b')
  t.equal(
    ruleOf(pattern, { pattern: describedBy((description) => `must be ${description}`) }),
    'must be an a'
  )
})

t.test('a value that must be one of several is told all of them', async (t) => {
  t.equal(ruleOf(faultOf({ enum: ['a', 'b'] }, 'c'), {}), 'must be one of a, b')
  const fault = {
    keyword: 'anyOf',
    instancePath: '',
    params: {},
    parentSchema: { anyOf: [{ const: 'a' }, { const: 1 }] }
  }
  t.equal(ruleOf(fault, {}), 'must be one of a, 1')
  const other = faultOf({ anyOf: [{ type: 'string' }, { const: 1 }] }, true)
  t.equal(ruleOf({ ...other, keyword: 'anyOf' }, {}), other.message)
})
