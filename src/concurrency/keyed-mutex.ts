/** Runs the tasks of one key one after another, in the order in which they came, and those of others freely. */
export const createKeyedMutex = () => {
  const lastOf = new Map<string, Promise<unknown>>()
  return async <T>(key: string, task: () => Promise<T>): Promise<T> => {
    const run = (lastOf.get(key) ?? Promise.resolve()).then(task, task)
    lastOf.set(key, run)
    try {
      return await run
    } finally {
      if (lastOf.get(key) === run) lastOf.delete(key)
    }
  }
}
