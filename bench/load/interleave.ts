/**
 * Measures each entrant once in every round (A B C, B C A, …), so that whatever the machine does meanwhile
 * befalls them all alike, and none is always the first.
 */
export const interleave = async <Entrant, Figures>(
  entrants: readonly Entrant[],
  rounds: number,
  measure: (entrant: Entrant) => Promise<Figures>
): Promise<ReadonlyMap<Entrant, readonly Figures[]>> => {
  const measured = new Map<Entrant, Figures[]>(entrants.map((entrant) => [entrant, []]))
  for (let round = 0; round < rounds; round++) {
    const first = round % entrants.length
    for (const entrant of [...entrants.slice(first), ...entrants.slice(0, first)]) {
      measured.get(entrant)?.push(await measure(entrant))
    }
  }
  return measured
}
