/**
 * JSON of one record with a list of others in it, exactly so many bytes. Its words, names, numbers and dates differ as those of
 * real records do, so that it is as hard to compress: `bodyOf` repeats itself. The same for the same number.
 */
export const variedBody = (number: number, bytes: number): Buffer => {
  const random = randomOf(number + 1)
  const projects: string[] = []
  let left = bytes - JSON.stringify(recordOf(number, '')).length + PLACE.length - '[]'.length
  for (;;) {
    const project = JSON.stringify(projectOf(random))
    if (project.length + 1 > left) break
    left -= project.length + (projects.length === 0 ? 0 : 1)
    projects.push(project)
  }
  const about = wordsOf(random, left).slice(0, left)
  return Buffer.from(JSON.stringify(recordOf(number, about)).replace(PLACE, `[${projects.join(',')}]`))
}

const PLACE = '"…"'

const recordOf = (id: number, about: string): object => ({ id, user: { id }, projects: '…', about })

const projectOf = (random: Random): object => ({
  id: Math.floor(random() * 5000),
  title: wordsOf(random, 6),
  status: pick(random, ['new', 'pending', 'active', 'completed', 'suspended']),
  created_at: new Date(1.5e12 + random() * 2e11).toISOString(),
  business_area: { id: Math.floor(random() * 11), name: wordsOf(random, 2) },
  image: { id: Math.floor(random() * 9000), file: `/files/projects/${wordsOf(random, 1)}.jpg` },
  description: wordsOf(random, 40)
})

const wordsOf = (random: Random, count: number): string =>
  Array.from({ length: count }, () => wordAt(Math.floor(random() ** 2 * 3000))).join(' ')

/** Some three thousand words, of two to four syllables. */
const wordAt = (at: number): string => {
  let word = ''
  for (let rest = at + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    word += SYLLABLES[rest % SYLLABLES.length] ?? ''
  }
  return word
}

const SYLLABLES = [
  'wo',
  'ding',
  'bir',
  'ta',
  'plo',
  'ster',
  'mon',
  're',
  'fau',
  'na',
  'le',
  'gu',
  'ran',
  'sea',
  'ti'
]

const pick = (random: Random, from: readonly string[]): string =>
  from[Math.floor(random() * from.length)] ?? ''

type Random = () => number

/** A linear congruential generator, with the numbers of Numerical Recipes. */
const randomOf = (seed: number): Random => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
