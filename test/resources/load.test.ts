import { expandKey } from '../../src/cache/read/cache-key.js'
import t from 'tap'
import { stringify } from 'yaml'
import { loadResources, ResourceTableError } from '../../src/resources/load.js'

const LIMITS = { source: 'table.yaml', defaultTtlSeconds: 300, maxTtlSeconds: 86400 }

const ROW = { name: 'pets', path: '/api/pets/{id}', key: 'pet:{id}', scope: 'public', families: ['pets'] }
const WRITE = { methods: ['PUT'], path: '/api/pets/{id}', tags: ['pet:{id}'] }

type Fields = Readonly<Record<string, unknown>>

const fileOf = (parts: Fields): Fields => ({
  identity: { headers: ['Remote-User'], cookies: ['sessionid'], families: [] },
  resources: [],
  writes: [],
  families: { pets: ['/api/pets'] },
  ...parts
})

const load = (file: unknown) => loadResources(typeof file === 'string' ? file : stringify(file), LIMITS)

const problemsOf = (file: unknown): readonly string[] => {
  try {
    load(file)
    return []
  } catch (error) {
    if (error instanceof ResourceTableError) return error.problems
    throw error
  }
}

const read = (fields: Fields): Fields => fileOf({ resources: [{ ...ROW, ...fields }] })
const write = (fields: Fields): Fields => fileOf({ writes: [{ ...WRITE, ...fields }] })

t.test('a header is known by one spelling, whatever case and dashes the table has', (t) => {
  const identity = { headers: ['REMOTE_USER'], cookies: ['sessionid'], families: [] }
  const { table } = load(fileOf({ identity, resources: [{ ...ROW, vary: ['X_Site'] }] }))
  t.strictSame(table.identity.headers, ['remote-user'])
  t.strictSame(table.matchRead('/api/pets/5')?.resource.vary, [{ name: 'x-site', values: [] }])
  t.end()
})

t.test('a field of several forms is told once what it may be, or where in it the fault is', async (t) => {
  const forms = 'must be a list of names, names with the greatest number that has entries, or *'
  t.strictSame(problemsOf(read({ query: 5 })), [`resources[0] (pets).query: ${forms}, is 5`])
  t.strictSame(problemsOf(read({ query: { page: 0 } })), [
    'resources[0] (pets).query.page: must be >= 1, is 0'
  ])
  t.strictSame(problemsOf(read({ vary: [1] })), ['resources[0] (pets).vary[0]: must be string, is 1'])
})

t.test('a row may take whatever the origin allows', async (t) => {
  const open = { ttl: 'origin', query: '*', contentType: '*', statuses: '*', sharesAuthorized: true }
  const { table } = load(read({ path: '/api/pets/**', key: 'pets:{rest}', ...open }))
  const match = table.matchRead('/api/pets/of/mine.html')
  t.match(match, {
    parameters: { rest: /^[\w-]{22}$/ },
    resource: { ttlMs: 0, query: 'whole', isJson: false, statuses: 'any', sharesAuthorized: true }
  })
})

t.test('a write reaches every spelling of the rest of a path', async (t) => {
  const resources = [{ ...ROW, path: '/api/pets/**', key: 'pets:{rest}', tags: [] }]
  const writes = [{ methods: ['PUT', 'M-SEARCH'], path: '/api/pets/**', tags: ['pets:{rest}'] }]
  const { table } = load(fileOf({ resources, writes }))
  const keyOf = (path: string): string | undefined => {
    const match = table.matchRead(path)
    return match && expandKey(match.resource.key, match.parameters, undefined)
  }
  const tagOf = (path: string) => {
    const { tags, parameters } = table.matchWrite('M-SEARCH', path)
    return tags[0]?.expand({ parameters })
  }
  for (const spelling of ['/api/pets/a/b', '/api/pets/a/b/', '/api/pets/%61/b', '/api/pets/a%2Fb']) {
    t.strictSame([keyOf(spelling)], tagOf('/api/pets/a/b'), spelling)
  }
  t.not(keyOf('/api/pets/a/b'), keyOf('/api/pets/a/c'))
  t.strictSame([keyOf('/api/pets/%2541')], tagOf('/api/pets/%41'), 'a path is decoded once')
})

t.test('one language has one spelling', async (t) => {
  const problem = 'resources[0] (pets).languages: names one twice, in other letters'
  t.strictSame(problemsOf(read({ languages: ['en-AU', 'EN-au'] })), [problem])
  t.strictSame(problemsOf(read({ languages: ['en-AU', 'en'] })), [])
})

t.test('a row becomes a resource, with defaults where it says nothing', (t) => {
  const { table, description } = load(read({ vary: ['Host'], tags: ['pet:{id}', 'owner:{answer.owner}'] }))
  const match = table.matchRead('/api/pets/5')
  if (match === undefined) throw new Error('no row')
  const { key, tags, ...rest } = match.resource
  t.strictSame(match.parameters, { id: '5' })
  t.equal(expandKey(key, { id: '5' }, undefined), 'pet:5')
  t.strictSame(
    tags.map((tag) => tag.source),
    ['pet:{id}', 'owner:{answer.owner}']
  )
  t.strictSame(rest, {
    route: '/api/pets/{id}',
    ...{ name: 'pets', scope: 'public', ttlMs: 300_000, staleWhileRevalidateMs: 0, staleIfErrorMs: 0 },
    ...{
      query: [],
      bypassOn: [],
      vary: [{ name: 'host', values: [] }],
      isCompressed: true,
      languages: undefined,
      isJson: true,
      statuses: [200],
      sharesAuthorized: false,
      cacheControl: undefined,
      groupTags: ['family:pets'],
      auditIgnores: [],
      userNumber: undefined
    }
  })
  t.strictSame(table.identity, {
    headers: ['remote-user'],
    cookies: ['sessionid'],
    tagGroups: [],
    proofMs: 60_000
  })
  t.match(description.resources[0], { ttl: 300, staleWhileRevalidate: 0, query: [], vary: ['Host'] })
  t.strictSame(description.everything, [])
  t.end()
})

t.test('the description is plain JSON', (t) => {
  const { description } = load(read({}))
  t.strictSame(JSON.parse(JSON.stringify(description)), description)
  t.end()
})

t.test('seconds become milliseconds', (t) => {
  const { table } = load(read({ ttl: 60, staleWhileRevalidate: 5, staleIfError: 7 }))
  t.match(table.matchRead('/api/pets/5')?.resource, {
    ttlMs: 60_000,
    staleWhileRevalidateMs: 5000,
    staleIfErrorMs: 7000
  })
  t.end()
})

const refused: readonly [what: string, file: unknown, problems: readonly string[]][] = [
  [
    'a ttl above the maximum',
    read({ ttl: 100000 }),
    ['resources[0] (pets).ttl: must be <= 86400, is 100000']
  ],
  ['a ttl of 0', read({ ttl: 0 }), ['resources[0] (pets).ttl: must be >= 1, is 0']],
  [
    'a ttl of half a second',
    read({ ttl: 0.5 }),
    [
      'resources[0] (pets).ttl: must be seconds, or origin, is 0.5',
      'resources[0] (pets).ttl: must be >= 1, is 0.5'
    ]
  ],
  ['a ttl in words', read({ ttl: '300' }), ['resources[0] (pets).ttl: must be seconds, or origin, is "300"']],
  [
    'a negative window',
    read({ staleIfError: -1 }),
    ['resources[0] (pets).staleIfError: must be >= 0, is -1']
  ],
  ['an unknown field', read({ tll: 5 }), ['resources[0] (pets).tll: unknown field']],
  ['an unknown field of the file', fileOf({ rows: [] }), ['rows: unknown field']],
  ['an unknown field of a write', write({ name: 'x' }), ['writes[0] (x).name: unknown field']],
  [
    'a missing field',
    fileOf({ writes: [{ methods: ['PUT'], path: '/api/pets' }] }),
    ['writes[0] (/api/pets).tags: is missing']
  ],
  [
    'a row without a name',
    fileOf({ resources: [{ ...ROW, name: undefined }] }),
    ['resources[0] (/api/pets/{id}).name: is missing']
  ],
  [
    'an unknown scope',
    read({ scope: 'private' }),
    ['resources[0] (pets).scope: must be one of public, authenticated, identity, is "private"']
  ],
  [
    'an unknown method',
    write({ methods: ['put'] }),
    ['writes[0] (/api/pets/{id}).methods[0]: must be a method that changes something, is "put"']
  ],
  [
    'a method that changes nothing',
    write({ methods: ['GET'] }),
    ['writes[0] (/api/pets/{id}).methods[0]: must be a method that changes something, is "GET"']
  ],
  [
    'a rest of a path that is not its end',
    read({ path: '/api/**/{id}' }),
    [
      'resources[0] (pets).path: must be a path of whole segments, each {name} (not {user} or {identity}) or text that is not only digits; the last may be **, is "/api/**/{id}"'
    ]
  ],
  [
    'a key without the rest of the path',
    read({ path: '/api/**', key: 'api:all' }),
    ['resources[0] (pets).key: needs {rest} because the path has it']
  ],
  [
    'two rests of a path',
    read({ path: '/api/{rest}/**', key: 'api:{rest}' }),
    ['resources[0] (pets).path: has two placeholders of one name']
  ],
  [
    'statuses in words',
    read({ statuses: 'all' }),
    ['resources[0] (pets).statuses: must be a list of statuses, or *, is "all"']
  ],
  [
    'statuses that say that a caller may not, or give a part',
    read({ statuses: [200, 206, 403] }),
    [
      'resources[0] (pets).statuses[1]: 206 is never stored',
      'resources[0] (pets).statuses[2]: 403 is never stored'
    ]
  ],
  [
    'what would prove that a caller is signed in, though it may be any page',
    read({ scope: 'authenticated', contentType: '*', statuses: '*', sharesAuthorized: true }),
    [
      'resources[0] (pets).contentType: must be json because the scope is authenticated',
      'resources[0] (pets).statuses: must be [200] because the scope is authenticated',
      'resources[0] (pets).sharesAuthorized: is for the scope public, and the scope is authenticated'
    ]
  ],
  [
    'a path with a wrong segment',
    read({ path: '/api/{id}x' }),
    [
      'resources[0] (pets).path: must be a path of whole segments, each {name} (not {user} or {identity}) or text that is not only digits; the last may be **, is "/api/{id}x"'
    ]
  ],
  [
    'a key with a part that is half a placeholder',
    read({ key: 'pet{id}' }),
    ['resources[0] (pets).key: must be text, {parameter} or ~{identity}, joined by colons, is "pet{id}"']
  ],
  [
    'a family prefix that does not begin with a slash',
    fileOf({ families: { pets: ['api'] } }),
    ['families.pets[0]: must be the beginning of a path in whole segments without placeholders, is "api"']
  ],
  [
    'a header that is no token',
    fileOf({ identity: { headers: ['a b'] } }),
    ['identity.headers[0]: must be a token of RFC 9110 §5.6.2, is "a b"']
  ],
  ['a file that is a list', [], ['the file: must be object, is []']],
  ['an empty file', '', ['the file: must be object, is null']],
  [
    'an unknown family',
    read({ families: ['pets', 'cars'] }),
    ['resources[0] (pets).families[1]: unknown family "cars"']
  ],
  [
    'an unknown family of the identity',
    fileOf({ identity: { families: ['cars'] } }),
    ['identity.families[0]: unknown family "cars"']
  ],
  [
    'two placeholders of one name',
    read({ path: '/api/{id}/{id}' }),
    ['resources[0] (pets).path: has two placeholders of one name']
  ],
  [
    'an unknown placeholder in a key',
    read({ key: 'pet:{pet}' }),
    ['resources[0] (pets).key: unknown placeholder {pet}']
  ],
  [
    'an unknown placeholder in a tag',
    read({ tags: ['pet:{id}', 'x:{pet}'] }),
    ['resources[0] (pets).tags[1]: unknown placeholder {pet}']
  ],
  [
    'a placeholder that is none',
    read({ tags: ['x:{Id}'] }),
    ['resources[0] (pets).tags[0]: unknown placeholder {Id}']
  ],
  [
    'a whole body as a value',
    read({ tags: ['x:{answer.}'] }),
    ['resources[0] (pets).tags[0]: unknown placeholder {answer.}']
  ],
  [
    'an optional presence',
    read({ tags: ['x{any answer.a?}'] }),
    ['resources[0] (pets).tags[0]: unknown placeholder {any answer.a?}']
  ],
  [
    'a brace without its partner',
    read({ tags: ['x:{id'] }),
    ['resources[0] (pets).tags[0]: a brace without its partner in "x:{id"']
  ],
  [
    'two lists in one tag',
    read({ tags: ['x:{answer.a.*}:{answer.b.*}'] }),
    ['resources[0] (pets).tags[0]: has more than one placeholder with *']
  ],
  [
    'a tag with a space',
    read({ tags: ['a b'] }),
    ['resources[0] (pets).tags[0]: must not contain spaces or control characters']
  ],
  [
    'a tag that starts with @',
    write({ tags: ['@log'] }),
    ['writes[0] (/api/pets/{id}).tags[0]: must not start with @']
  ],
  [
    'a request in a tag of an entry',
    read({ tags: ['x:{request.a}'] }),
    ['resources[0] (pets).tags[0]: cannot use {request}']
  ],
  [
    'a caller in a tag of a shared entry',
    read({ tags: ['user:{user}'] }),
    ['resources[0] (pets).tags[0]: has {user} but the scope is public']
  ],
  [
    'a digest in a tag of an entry',
    read({ tags: ['x:{identity}'] }),
    ['resources[0] (pets).tags[0]: cannot use {identity}']
  ],
  [
    'a user number that does not begin the tag',
    write({ tags: ['x:{user}'] }),
    ['writes[0] (/api/pets/{id}).tags[0]: must begin with user:{user}']
  ],
  [
    'a key of scope identity without the caller',
    read({ scope: 'identity' }),
    ['resources[0] (pets).key: needs ~{identity} because the scope is identity']
  ],
  [
    'a key without a number that the path has',
    read({ key: 'pet:all' }),
    ['resources[0] (pets).key: needs {id} because the path has it']
  ],
  [
    'a key of another scope with the caller',
    read({ key: 'pet:~{identity}' }),
    ['resources[0] (pets).key: has {identity} but the scope is public']
  ],
  [
    'a caller in many values',
    read({ caller: '{answer.*.id}' }),
    ['resources[0] (pets).caller: must be one value of the answer, as in {answer.id}']
  ],
  [
    'a caller from elsewhere',
    read({ caller: '{identity}' }),
    ['resources[0] (pets).caller: cannot use {identity}']
  ],
  [
    'a write outside all families',
    write({ path: '/api/cars/{id}' }),
    ['writes[0] (/api/cars/{id}).path: lies in no family']
  ],
  [
    'a write whose prefix is only the beginning of a segment',
    write({ path: '/api/petshop', tags: [] }),
    ['writes[0] (/api/petshop).path: lies in no family']
  ],
  [
    'two reads of one path',
    fileOf({ resources: [ROW, { ...ROW, name: 'same', path: '/api/pets/{pet}', key: 'same:{pet}' }] }),
    ['resources[1] (same).path: matches the same paths as resources[0] (pets)']
  ],
  [
    'one key of two rows',
    fileOf({ resources: [ROW, { ...ROW, name: 'same', path: '/api/cats/{cat}', key: 'pet:{cat}' }] }),
    ['resources[1] (same).key: can be the same key as in resources[0] (pets)']
  ],
  [
    'a key that another row makes for one number',
    fileOf({ resources: [ROW, { ...ROW, name: 'five', path: '/api/five', key: 'pet:5' }] }),
    ['resources[1] (five).key: can be the same key as in resources[0] (pets)']
  ],
  [
    'two rows of one write',
    fileOf({ writes: [WRITE, { ...WRITE, methods: ['POST', 'PUT'], path: '/api/pets/{pet}', tags: [] }] }),
    ['writes[1] (/api/pets/{pet}).path: matches the same writes as writes[0] (/api/pets/{id})']
  ]
]

for (const [what, file, problems] of refused) {
  t.test(`refused: ${what}`, (t) => {
    t.strictSame(problemsOf(file), problems)
    t.end()
  })
}

t.test('every problem is told at once, of the schema and of what it cannot say', (t) => {
  const resources = [{ ...ROW, ttl: 0, extra: 1 }, ROW, { ...ROW, name: 'twin' }]
  const writes = [
    { ...WRITE, methods: [] },
    { ...WRITE, tags: ['x:{y}'] }
  ]
  t.strictSame(problemsOf(fileOf({ resources, writes })), [
    'resources[0] (pets).extra: unknown field',
    'resources[0] (pets).ttl: must be >= 1, is 0',
    'writes[0] (/api/pets/{id}).methods: must NOT have fewer than 1 items, is []',
    'resources[2] (twin).path: matches the same paths as resources[1] (pets)',
    'resources[2] (twin).key: can be the same key as in resources[1] (pets)',
    'writes[1] (/api/pets/{id}).tags[0]: unknown placeholder {y}'
  ])
  t.end()
})

t.test('broken YAML is told with line and column', (t) => {
  t.match(problemsOf('identity:\n  headers: [a\nresources: []\n')[0], /^line 3, column \d+: /)
  t.match(problemsOf('a: 1\na: 2\n'), [/^line 2, column 1: Map keys must be unique/])
  t.match(problemsOf('a: !odd 1\n'), [/^line 1, column 4: Unresolved tag: !odd/])
  t.match(problemsOf('a: *nowhere\n')[0], /nowhere/)
  t.end()
})

t.test('the message names the file and joins the problems in one line', (t) => {
  t.throws(() => load(read({ ttl: 0, x: 1 })), {
    name: 'ResourceTableError',
    message: 'table.yaml: resources[0] (pets).x: unknown field; resources[0] (pets).ttl: must be >= 1, is 0'
  })
  t.end()
})

t.test('a row may go without compression', (t) => {
  const { table, description } = load(read({ compress: false }))
  t.equal(table.matchRead('/api/pets/5')?.resource.isCompressed, false)
  t.match(description.resources[0], { compress: false })
  t.end()
})
