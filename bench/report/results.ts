import type { Findings, Scenario } from '../scenario.js'

/** One run of the benchmark. */
export interface Results {
  /** ISO 8601. */
  readonly ranAt: string
  readonly command: string
  /** Of the machine, and versions of what ran on it: label and value. */
  readonly environment: readonly (readonly [label: string, value: string])[]
  /** What could not be measured here, and how to get it. */
  readonly missing: readonly string[]
  readonly scenarios: readonly Outcome[]
}

export type Outcome = Pick<Scenario, 'name' | 'title'> &
  (
    | { readonly kind: 'done'; readonly findings: Findings }
    | { readonly kind: 'failed'; readonly reason: string }
  )

export const findingsIn = ({ scenarios }: Results): readonly Findings[] =>
  scenarios.flatMap((outcome) => (outcome.kind === 'done' ? outcome.findings : []))
