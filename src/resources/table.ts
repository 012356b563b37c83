import { unescape } from 'node:querystring'
import { fieldName } from '../http/fields.js'
import type { Resource, ResourceTable, WriteMatch } from '../cache/resource.js'
import type { SoundFile } from './check-file.js'
import { createUnlistedWrites, compileWrites, type CompiledWrite } from './write-rows.js'
import { createRouter } from './path-router.js'
import { compileReads, type RowSettings } from './read-rows.js'
import { reportUnknownFamilies, reportUselessWarming } from './row-checks.js'

export interface CompiledTable {
  readonly problems: readonly string[]
  /** To be used only when there are no problems. */
  readonly table: ResourceTable
}

/** Compiles rows that agree with the schema; their placeholders, tag groups and rivals are checked here. */
export const compileTable = (
  { file, resources, writes }: SoundFile,
  settings: RowSettings
): CompiledTable => {
  const problems: string[] = []
  const report = (field: string, reason: string): void => {
    problems.push(`${field}: ${reason}`)
  }
  const whenUnlistedAt = createUnlistedWrites(file)
  const families = Object.keys(file.families)
  reportUnknownFamilies(file.identity.families, {
    known: families,
    report: (field, reason) => report(`identity.${field}`, reason)
  })
  const reads = compileReads(resources, { families, settings, report })
  const matchRead = createRouter(reads, unescape)
  reportUselessWarming(file.warm, { matchRead, report })
  const matchEffect = createWriteRouter(compileWrites(writes, { whenUnlistedAt, report }))
  return {
    problems,
    table: {
      identity: {
        headers: file.identity.headers.map(fieldName),
        cookies: file.identity.cookies,
        tagGroups: file.identity.families,
        proofMs: file.identity.proof * 1000
      },
      variedHeaders: [...new Set(reads.flatMap(({ row }) => variedOf(row.resource)))],
      matchRead,
      signIn: { tags: file.signIn.tags, headers: file.signIn.headers.map(fieldName) },
      isLogIn: createLogInTest(file.logIn),
      matchWrite: (method, sent) => {
        // Django sends a path without its last slash on to the one with it.
        const path = sent.replace(/(?<=.)\/$/, '')
        const match = matchEffect(method, path)
        const whenUnlisted = whenUnlistedAt(path)
        if (match === undefined) return { ...WITHOUT_ROW, whenUnlisted }
        return { ...match, whenUnlisted, hasRow: true }
      }
    }
  }
}

const variedOf = ({ vary, languages }: Resource): readonly string[] => [
  ...vary.map(({ name }) => name),
  ...(languages === undefined ? [] : ['accept-language'])
]

/** Whether the path of a `Location` lies below one of the prefixes. */
const createLogInTest =
  (prefixes: readonly string[]) =>
  (location: string): boolean => {
    const { pathname } = URL.parse(location, 'http://origin') ?? { pathname: '' }
    return prefixes.some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`))
  }

const WITHOUT_ROW: Omit<WriteMatch, 'whenUnlisted'> = {
  route: undefined,
  tags: [],
  parameters: {},
  needsRequestBody: false,
  needsAnswerBody: false,
  hasRow: false
}

/** One router for each method, since rows for different methods may name the same placeholder differently. */
const createWriteRouter = (writes: readonly CompiledWrite[]) => {
  const methods = new Set(writes.flatMap((write) => write.methods))
  const routers = new Map(
    [...methods].map((method) => {
      const ofMethod = writes.filter((write) => write.methods.includes(method))
      return [
        method,
        createRouter(ofMethod.map(({ path, effect }) => ({ path, row: { ...effect, route: path } })))
      ]
    })
  )
  return (method: string, path: string) => routers.get(method)?.(path)
}
