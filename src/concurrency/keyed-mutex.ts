/** Runs the tasks of one key one after another, in the order in which they came, and those of others freely. */
export const createKeyedMutex = () => {
  const lastOf = new Map<string, Promise<unknown>>()
  return async <T>(key: string, task: () => Promise<T>): Promise<T> => {
    const turn = (lastOf.get(key) ?? Promise.resolve()).then(task, task)
    lastOf.set(key, turn)
    try {
      return await turn
    } finally {
      if (lastOf.get(key) === turn) lastOf.delete(key)
    }
  }
}
