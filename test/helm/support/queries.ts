/** What a PromQL query takes from Prometheus. */
export interface Uses {
  readonly metrics: readonly MetricUse[]
  /** Names of recording rules. */
  readonly recordings: readonly string[]
  /** Labels of `by (…)`. */
  readonly grouped: readonly string[]
}

export interface MetricUse {
  readonly name: string
  readonly matchers: readonly { readonly label: string; readonly values: readonly string[] }[]
}

export const usesIn = (query: string): Uses => ({
  metrics: [...query.matchAll(/\b(spms_cache_\w+)(?:\{([^}]*)\})?/g)].map((match) => ({
    name: match[1] ?? '',
    matchers: matchersIn(match[2] ?? '')
  })),
  recordings: [...query.matchAll(/\bspms_cache:[\w:]+/g)].map((match) => match[0]),
  grouped: [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap((match) =>
    (match[1] ?? '').split(',').map((label) => label.trim())
  )
})

const matchersIn = (selector: string): MetricUse['matchers'] =>
  [...selector.matchAll(/(\w+)(?:=~|!~|!=|=)"([^"]*)"/g)].map((match) => ({
    label: match[1] ?? '',
    values: (match[2] ?? '').split('|')
  }))
