/** Replies by which a server says that it is not, or no longer, the one to ask; Redis 6 puts them after a script's name. */
export const isWrongServer = ({ message }: Error): boolean =>
  /(^|-)(READONLY|NOREPLICAS|MISCONF|NOAUTH|LOADING|MASTERDOWN|MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/.test(
    message
  )

/** An error that Redis has answered with begins with a word in capitals. */
export const isReply = ({ message }: Error): boolean => /^[A-Z]+ /.test(message)

/** What will not change on this connection; a new one may log in, or lead to the master of that time. */
export const isWrongConnection = (error: unknown): boolean =>
  /(^|-)(READONLY|NOAUTH|WRONGPASS|MASTERDOWN|MOVED|ASK|CLUSTERDOWN)\b|\breplica\b/.test(messageOf(error))

/** An `AggregateError` of Node's connection attempts has no message of its own, only a code. */
export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
