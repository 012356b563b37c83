/** The resource table in compiled form: which reads are stored and how, and what a write makes untrue. */
export interface ResourceTable {
  readonly identity: IdentitySources
  /** Request headers, lower case, that some row varies on. */
  readonly variedHeaders: readonly string[]
  /** The row for a path, with its `{id}`-like parameters; `undefined` when it is not cached. */
  matchRead(path: string): ReadMatch | undefined
  readonly signIn: SignIn
  /** Whether a redirection leads to a log-in: whoever asked has changed nothing. */
  isLogIn(location: string): boolean
  /** What a write to the path makes doubtful. The path is percent-decoded. */
  matchWrite(method: string, path: string): WriteMatch
}

/** How the origin makes a record of a person who comes for the first time. */
export interface SignIn {
  /** What that makes untrue. */
  readonly tags: readonly string[]
  /** Lower case: it does so only for requests with one of these; empty: for any. */
  readonly headers: readonly string[]
}

export interface IdentitySources {
  /** Lower case, in the order in which they are digested. */
  readonly headers: readonly string[]
  readonly cookies: readonly string[]
  /** Tag groups whose unlisted writes may change what a caller is allowed to see. */
  readonly tagGroups: readonly string[]
  /** How long a proof is current: so long a session that has ended unseen may read what all who are signed in share. */
  readonly proofMs: number
}

export type Scope = 'public' | 'authenticated' | 'identity'

export interface Resource {
  readonly name: string
  /** The path of the row, as the table has it. */
  readonly route: string
  readonly scope: Scope
  /** Of a 200 about which the origin says nothing; 0: only the origin gives a life. */
  readonly ttlMs: number
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  readonly key: KeyTemplate
  readonly tags: readonly Template[]
  /** Query parameters that belong to the key; any other bypasses. `whole`: the query as it was sent. */
  readonly query: readonly QueryParameter[] | 'whole'
  /** Query parameters that bypass as a search. */
  readonly bypassOn: readonly string[]
  /** Request headers that belong to the key. */
  readonly vary: readonly Variation[]
  /** Whether its entries hold their bodies compressed, too. */
  readonly isCompressed: boolean
  /** In each of which there is an entry of its own, the first for whoever wants none of them; `undefined`: all alike. */
  readonly languages: Languages | undefined
  /** Tags of every entry: unlisted writes to these parts of the API make it doubtful. */
  readonly groupTags: readonly string[]
  /** Only JSON is stored; else whatever comes, as the caller's own `Accept` asks for it. */
  readonly isJson: boolean
  /** Those that may be stored, where the origin states a life: a 200 may without. */
  readonly statuses: readonly number[] | 'any'
  /** For the scope `public`: answers to requests with `Authorization` are shared, whatever the origin says. */
  readonly sharesAuthorized: boolean
  /** `Cache-Control` of answers from an entry about which the origin says nothing; `undefined`: none. */
  readonly cacheControl: string | undefined
  /** Fields that an audit does not compare. */
  readonly auditIgnores: readonly FieldPath[]
  /** Where the answer tells the caller's own user number, if it does. */
  readonly userNumber: Template | undefined
}

export type Languages = readonly [string, ...string[]]

/** A field by the names on the way to it; `*` stands for any name, and for each place of a list. */
export type FieldPath = readonly string[]

export interface QueryParameter {
  readonly name: string
  /** The greatest of the whole numbers from 1 on that have entries; `undefined`: each value has entries of its own. */
  readonly maximum: number | undefined
}

export interface Variation {
  /** Lower case. */
  readonly name: string
  /** A request with another value is not looked up; empty: each value has entries of its own. */
  readonly values: readonly string[]
}

export interface ReadMatch {
  readonly resource: Resource
  readonly parameters: Parameters
  /** What the path adds to the key where the parameters do not tell all of it: another spelling of the same path. */
  readonly pathSuffix: string
}

export type Parameters = Readonly<Record<string, string>>

export interface WriteMatch {
  /** The path of the row, as the table has it; `undefined` without one. */
  readonly route: string | undefined
  readonly tags: readonly Template[]
  readonly parameters: Parameters
  /** Whether a template takes a value from the JSON of the request, or of the answer. */
  readonly needsRequestBody: boolean
  readonly needsAnswerBody: boolean
  /**
   * Invalidated when there is no row, and beside the tags that can be expanded when one cannot. Empty: the write
   * lies outside every tag group.
   */
  readonly whenUnlisted: 'everything' | readonly string[]
  /** False for a write that has no row of its own: `whenUnlisted` applies at once. */
  readonly hasRow: boolean
}

/** The values that a template can be expanded with. */
export interface TemplateValues {
  readonly parameters: Parameters
  /** Digest of the caller; `undefined` for nobody. */
  readonly identity?: string | undefined
  /** The caller's user number where it is known. */
  readonly user?: string | undefined
  /** Parsed JSON bodies; `undefined` for a body that is not known or not JSON, which expands nothing. */
  readonly request?: unknown
  readonly answer?: unknown
}

/** A key is made of the path's parameters and the caller; both are known when it is needed. */
export interface KeyTemplate {
  /** As written in the table. */
  readonly source: string
  readonly parts: readonly KeyPart[]
}

/** Text is part of a name, a parameter a canonical number and an identity a digest: every key expanded is a name. */
export type KeyPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  /** Of rows of scope `identity` only, whose callers have one. */
  | { readonly kind: 'identity' }

export interface Template {
  /** As written in the table. */
  readonly source: string
  /** One string per value it was expanded with, each once; `undefined` when it cannot be expanded. */
  expand(values: TemplateValues): readonly string[] | undefined
}

/** The most tags that one entry may carry and one write may invalidate. */
export const ENTRY_TAGS_MAX = 2000

/** All templates expanded, each tag once; `undefined` when one cannot be expanded or they are more than `ENTRY_TAGS_MAX`. */
export const expandAll = (
  templates: readonly Template[],
  values: TemplateValues
): readonly string[] | undefined => {
  const tags = new Set<string>()
  for (const template of templates) {
    const expanded = template.expand(values)
    if (expanded === undefined) return undefined
    for (const tag of expanded) tags.add(tag)
  }
  return tags.size > ENTRY_TAGS_MAX ? undefined : [...tags]
}
