/**
 * Resolves with the first truthy value of the predicate: for conditions in other processes, which tell nobody.
 * Rejects after the time-out with the last thing that the predicate threw, if it did.
 */
export const eventually = async <Value>(
  predicate: () => Value | Promise<Value>,
  { timeoutMs = 10_000, intervalMs = 10 }: { timeoutMs?: number; intervalMs?: number } = {}
): Promise<Value> => {
  const until = Date.now() + timeoutMs
  for (;;) {
    let cause: unknown
    try {
      const value = await predicate()
      if (value) return value
    } catch (error) {
      cause = error
    }
    if (Date.now() > until) throw new Error(`Not so within ${timeoutMs} ms.`, { cause })
    await new Promise((wake) => setTimeout(wake, intervalMs))
  }
}
