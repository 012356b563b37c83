/** Does all the work, eight pieces at a time; results in any order. */
export const inTurns = async <Work, Result>(
  works: readonly Work[],
  run: (work: Work) => Promise<Result>
): Promise<Result[]> => {
  const results: Result[] = []
  const rest = works.values()
  const lane = async (): Promise<void> => {
    for (const work of rest) results.push(await run(work))
  }
  await Promise.all(Array.from({ length: 8 }, lane))
  return results
}
