/**
 * What the origin answers: JSON of the shape, and the size of a record, that the API behind the sidecar has. Each is
 * padded to a given length in the field that is prose there.
 */
export const bodyOf = (path: string, bytes: number): Buffer => {
  const id = idIn(path)
  if (path.endsWith('/branches')) return Buffer.from(listOf(bytes, { bytesEach: 70, recordOf: branch }))
  if (!isList(path)) return Buffer.from(padded(profile(id), bytes))
  const first = groupOf(path) * Math.max(1, Math.floor(bytes / PROJECT_BYTES))
  return Buffer.from(listOf(bytes, { bytesEach: PROJECT_BYTES, recordOf: (at) => project(first + at) }))
}

export const isList = (path: string): boolean => /projects|branches/.test(path)

/**
 * There are some thousand projects: each list shows those of one group, and the lists of one group are the same. As if
 * by chance: groups in turn would make the tags of all of them grow alike, and Redis change their form at one moment.
 */
export const groupOf = (path: string): number => scattered(idIn(path)) % GROUPS

const GROUPS = 256

/** The last steps of MurmurHash3, by Austin Appleby. */
const scattered = (number: number): number => {
  const once = Math.imul(number ^ (number >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}

const idIn = (path: string): number => Number(/\d+/.exec(path.replace('/v1/', ''))?.[0] ?? 1)

/** Of a project in `projects/mine`; half of one in `users/<id>/projects`. */
const PROJECT_BYTES = 2048

interface ListOptions {
  readonly bytesEach: number
  readonly recordOf: (at: number) => object
}

const listOf = (bytes: number, { bytesEach, recordOf }: ListOptions): string => {
  const count = Math.max(1, Math.floor(bytes / bytesEach))
  const inner = bytes - 2 - (count - 1)
  const share = Math.floor(inner / count)
  const records = Array.from({ length: count }, (_, at) =>
    padded(recordOf(at + 1), at === 0 ? inner - share * (count - 1) : share)
  )
  return `[${records.join(',')}]`
}

const PLACE = '"…"'

const padded = (record: object, bytes: number): string => {
  const text = JSON.stringify(record)
  const room = bytes - (text.length - PLACE.length + 2)
  return text.replace(PLACE, `"${PROSE.repeat(Math.ceil(room / PROSE.length)).slice(0, room)}"`)
}

const PROSE = 'Woodland birds are counted on the same plots each year, before and after they are burnt. '

const branch = (id: number): object => ({ id, name: '…', agency: 1, manager: id % 97 })

const project = (id: number): object => ({
  id,
  title: 'Long-term monitoring of woodland birds',
  role: 'supervising',
  tag: `SP-2024-${id}`,
  image: { id, file: `http://127.0.0.1:8000/files/projects/${id}.jpg`, uploader: { id: 1 + (id % 97) } },
  kind: 'science',
  created_at: '2024-02-29T08:30:00.000000+08:00',
  status: 'active',
  business_area: {
    id: 1 + (id % 11),
    name: 'Ecosystem Science',
    slug: 'ecosystem-science',
    leader: 1 + (id % 11),
    finance_admin: 23,
    data_custodian: 24,
    image: null,
    division: { id: 1, name: 'Conservation', directorate_email_list: [{ id: 3, email: 'one@example.org' }] }
  },
  description: '…',
  start_date: '2024-03-01',
  end_date: null
})

const profile = (id: number): object => ({
  id,
  user: { id },
  username: `person${id}`,
  email: `person${id}@example.org`,
  first_name: 'Robin',
  last_name: 'Example',
  display_first_name: 'Robin',
  display_last_name: 'Example',
  is_active: true,
  is_staff: true,
  is_superuser: false,
  date_joined: '2020-02-29T08:30:00.000000+08:00',
  image: null,
  role: 'Research Scientist',
  branch: { id: 5, name: 'Kensington', manager: 12 },
  business_area: { id: 3, name: 'Ecosystem Science', division: { id: 1, directorate_email_list: [] } },
  business_areas_led: [],
  caretakers: [],
  caretaking_for: [],
  staff_profile_id: id,
  agency: 1,
  title: 'dr',
  phone: null,
  about: '…'
})
