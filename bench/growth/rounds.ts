/** One after the other: each changes what the next one finds. */
export const repeat = async <Result>(
  times: number,
  work: () => Promise<Result>
): Promise<readonly Result[]> => {
  const results: Result[] = []
  while (results.length < times) results.push(await work())
  return results
}
