import { seededRandom } from '../../../demo/origin/random.js'

/** Somebody of the seeded records, and by chance, the same each time, whom and what he looks at. */
export interface Visitor {
  readonly user: number
  /** Who comes from outside has none. */
  readonly staffProfile: number | undefined
  /** One that he leads. */
  readonly ownProject: number
  readonly leadsArea: boolean
  /** In [0, 1). */
  readonly random: () => number
  colleague(): Colleague
  project(): number
}

export interface Colleague {
  readonly user: number
  readonly staffProfile: number
}

export const createVisitor = (session: number, seed: number): Visitor => {
  const random = seededRandom(seed * 1000 + session)
  const user = 1 + (session % PERSONS)
  return {
    user,
    staffProfile: STAFF.indexOf(user) + 1 || undefined,
    ownProject: user === 1 ? 60 : user - 1,
    leadsArea: user >= 2 && user <= 7,
    random,
    colleague: () => {
      const staffProfile = 1 + popular(random, STAFF.length)
      return { user: STAFF[staffProfile - 1] ?? 1, staffProfile }
    },
    project: () => 1 + popular(random, PROJECTS)
  }
}

/** The other sessions are second ones, such as those on a telephone. */
const PERSONS = 45
const PROJECTS = 120
/** Users by the number of their staff profile: as they are seeded. */
const STAFF = Array.from({ length: 60 }, (_, at) => 1 + ((at + 50) % 60)).filter((user) => user % 10 !== 0)

/**
 * Page popularity is Zipf-like with an exponent of 0.64 to 0.83: Breslau et al., "Web Caching and Zipf-like
 * Distributions", INFOCOM 1999.
 */
const popular = (random: () => number, count: number): number => {
  const weights = Array.from({ length: count }, (_, rank) => (rank + 1) ** -0.8)
  return pickBy(
    random,
    weights.map((weight, at) => [at, weight] as const)
  )
}

/** One of these, each as likely as its weight says. */
export const pickBy = <T>(random: () => number, weighted: readonly (readonly [T, number])[]): T => {
  let left = random() * weighted.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [value, weight] of weighted) {
    left -= weight
    if (left < 0) return value
  }
  throw new Error('There is nothing to pick from.')
}
