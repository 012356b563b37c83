import t, { type Test } from 'tap'
import { HIT, type LocalSidecar, statusOf } from './in-process.js'
import { openPair } from './pair.js'

const { origin, here, there, reset } = await openPair(t, { users: 20, projects: 60 })
t.beforeEach(reset)

interface List {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** Every list of one person: two public ones, and the caller's own in a session whose person is known or not. */
const listsOf = async (person: number): Promise<readonly List[]> => {
  const known = { cookie: origin.signIn(person).cookie }
  const unknown = { cookie: origin.signIn(person).cookie }
  await here.get('users/me', known)
  return [
    { path: `users/${person}/projects`, headers: {} },
    { path: `users/${person}/projects_staff_profile`, headers: {} },
    { path: 'projects/mine', headers: known },
    { path: 'projects/mine', headers: unknown }
  ]
}

interface Shown {
  readonly id: number
  readonly title: string
}

const read = async (sidecar: LocalSidecar, { path, headers }: List) => {
  const answer = await sidecar.get(path, headers)
  return { status: statusOf(answer), projects: answer.json() as Shown[] }
}

const fill = async (t: Test, lists: readonly List[]): Promise<void> => {
  for (const list of lists) await read(here, list)
  for (const list of lists) t.match((await read(there, list)).status, HIT, list.path)
}

const teamOf = (project: number): readonly number[] =>
  origin.database.members.where((member) => member.project === project).map(({ user }) => user)

t.test('an update of project 42 reaches every list that shows it, and no other public list', async (t) => {
  const team = teamOf(42)
  const people = origin.database.users.all().map(({ id }) => id)
  t.ok(team.length > 0 && team.length < people.length)
  const lists = (await Promise.all(people.map(listsOf))).flat()
  await fill(t, lists)

  const json = { title: 'A new title' }
  const { status } = await here.write('PUT', 'projects/42', { headers: origin.signIn(1), json })
  t.equal(status, 202)
  for (const list of lists) {
    const { projects } = await read(there, list)
    for (const { id, title } of projects) if (id === 42) t.equal(title, json.title, list.path)
  }
  const others = people.filter((person) => !team.includes(person)).map((person) => `users/${person}/projects`)
  for (const path of others) t.match((await read(there, { path, headers: {} })).status, HIT, path)
})

t.test('a person who was just added to a project finds it in every cached list', async (t) => {
  const team = teamOf(42)
  const person = origin.database.users.find(({ id }) => id > 1 && !team.includes(id))?.id ?? 0
  const lists = await listsOf(person)
  await fill(t, lists)
  for (const list of lists) {
    const { projects } = await read(there, list)
    t.notOk(
      projects.some(({ id }) => id === 42),
      'not there before'
    )
  }

  const { status } = await here.write('POST', 'projects/project_members', {
    headers: origin.signIn(1),
    json: { project: 42, user: person, role: 'research' }
  })
  t.equal(status, 201)
  for (const list of lists) {
    const { projects } = await read(there, list)
    t.ok(
      projects.some(({ id }) => id === 42),
      list.path
    )
  }

  await here.write('DELETE', `projects/project_members/42/${person}`, { headers: origin.signIn(1) })
  for (const list of lists) {
    const { projects } = await read(there, list)
    t.notOk(
      projects.some(({ id }) => id === 42),
      `removed again: ${list.path}`
    )
  }
})
