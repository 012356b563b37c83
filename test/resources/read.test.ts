import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import t from 'tap'
import { readResources } from '../../src/resources/load.js'
import { resourceFileSchema } from '../../src/resources/schema.js'

const LIMITS = { defaultTtlSeconds: 300, maxTtlSeconds: 86400 }

t.test('without a file the table of SPMS is in force', (t) => {
  const { description } = readResources(undefined, LIMITS)
  t.strictSame(
    [...new Set(description.resources.map(({ name }) => name))],
    ['user_projects', 'agency_branches', 'user_profile', 'staff_profile']
  )
  t.end()
})

t.test('a file replaces the table', (t) => {
  const file = join(t.testdir(), 'table.yaml')
  writeFileSync(file, 'identity: {}\nresources: []\nwrites: []\nfamilies: {}\n')
  const { table, description } = readResources(file, LIMITS)
  t.equal(table.matchRead('/api/v1/users/me'), undefined)
  t.strictSame(table.matchWrite('PUT', '/api/v1/users/5').whenUnlisted, [])
  t.strictSame(description.identity, { headers: [], cookies: [], families: [], proof: 60 })
  t.end()
})

t.test('a file that is not there is told by its name', (t) => {
  t.throws(() => readResources('/nowhere/table.yaml', LIMITS), {
    name: 'ResourceTableError',
    message: /^\/nowhere\/table\.yaml: cannot be read: ENOENT/
  })
  t.end()
})

t.test('a table that asks for more than the maximum is refused, the built-in one too', (t) => {
  t.throws(() => readResources(undefined, { defaultTtlSeconds: 300, maxTtlSeconds: 600 }), {
    message: /^spms\.yaml: resources\[2\] \(agency_branches\)\.ttl: must be <= 600, is 3600/
  })
  t.end()
})

t.test('the description agrees with the schema that is published for it', (t) => {
  const { description } = readResources(undefined, LIMITS)
  t.ok(new Ajv().validate(resourceFileSchema(LIMITS), description))
  t.end()
})
