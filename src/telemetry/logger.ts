import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'

/**
 * The root logger: one JSON object a line on standard output, ISO times, levels as words, no process id and no
 * host name (the cluster's log collector adds the pod). Nothing logs credentials; should something ever try,
 * the redaction here stops it.
 */
export const createLogger = ({ level, fieldsOf, destination }: LoggerOptions): Logger => {
  const options = {
    level,
    base: { name: 'spms-cache-sidecar' },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
    ...(fieldsOf && { mixin: fieldsOf }),
    redact: {
      paths: PLACES.flatMap((place) => CREDENTIALS.map((name) => `${place}["${name}"]`)),
      remove: true
    }
  }
  return pino(options, destination)
}

interface LoggerOptions {
  /** A pino level, `silent` included. */
  readonly level: string
  /** What each line says beside its own fields, asked when it is written. */
  readonly fieldsOf?: (() => object) | undefined
  /** Standard output without one. */
  readonly destination?: DestinationStream
}

/** Named, not matched by wildcards, which make every line eight times as costly. */
const PLACES = ['', 'headers', 'req.headers', 'res.headers']

const CREDENTIALS = [
  'cookie',
  'Cookie',
  'set-cookie',
  'authorization',
  'Authorization',
  'proxy-authorization',
  'x-csrftoken',
  'token',
  'password'
]

interface ErrorDescription {
  readonly type: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
  readonly cause?: ErrorDescription
}

/** Only these fields: a Redis error carries the command that failed with its arguments, bodies among them. */
const describeError = (error: unknown): ErrorDescription => {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Not an error object.' }
  return {
    type: error.name,
    message: error.message,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) })
  }
}
