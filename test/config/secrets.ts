/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export const createRandom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** 8 to 40 printable characters, half of them those that mean something in an address. */
export const secretOf = (random: () => number): string => {
  const pick = (text: string): string => text[Math.floor(random() * text.length)] ?? ''
  const length = 8 + Math.floor(random() * 33)
  return Array.from({ length }, () => pick(random() < 0.5 ? SPECIAL : PRINTABLE)).join('')
}

const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('')
const SPECIAL = '@/#?:%&=,[]{}<>\\"\'$^|;+ .'

const SHOWN_AT_MOST = 4

/** The parts of the secret that a text shows, as it is, percent-encoded or as JSON writes it. */
export const partsShown = (text: string, secret: string): readonly string[] =>
  [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)].flatMap((form) =>
    Array.from({ length: Math.max(0, form.length - SHOWN_AT_MOST) }, (_, at) =>
      form.slice(at, at + SHOWN_AT_MOST + 1)
    ).filter((part) => !HARMLESS.test(part) && text.includes(part))
  )

/** Five escapes or blanks in a row are in many texts. */
const HARMLESS = /^(?:\s|%20)+$/

/** One way to give a secret to the sidecar: right, wrong, or as a mistake. */
export interface Way {
  readonly name: string
  readonly environment: (secret: string) => Readonly<Record<string, string>>
}

const way = (name: string, environment: Way['environment']): Way => ({ name, environment })

export const WAYS: readonly Way[] = [
  way('a password in REDIS_URL as it is', (secret) => ({
    REDIS_URL: `redis://user:${secret}@127.0.0.1:1/1`
  })),
  way('the same, of a cluster', (secret) => ({ REDIS_URL: `redis+cluster://:${secret}@h1:1,h2:1` })),
  way('the same, of sentinels', (secret) => ({ REDIS_URL: `redis+sentinel://:${secret}@h1/1?master=m` })),
  way('a user in REDIS_URL as it is', (secret) => ({ REDIS_URL: `redis://${secret}:p@127.0.0.1:1/1` })),
  way('a password in REDIS_URL encoded', (secret) => ({
    REDIS_URL: `rediss://:${encodeURIComponent(secret)}@127.0.0.1:1/1`
  })),
  way('the same, with a bad port', (secret) => ({
    REDIS_URL: `redis://:${encodeURIComponent(secret)}@127.0.0.1:99999/1`
  })),
  way('a parameter of REDIS_URL', (secret) => ({ REDIS_URL: `redis://127.0.0.1:1/1?${secret}` })),
  way('REDIS_PASSWORD', (secret) => ({ REDIS_URL: 'redis://127.0.0.1:1', REDIS_PASSWORD: `${secret}\n` })),
  way('a password for its file', (secret) => ({ REDIS_PASSWORD_FILE: secret })),
  way('CONTROL_TOKEN', (secret) => ({ CONTROL_TOKEN: secret })),
  way('CONTROL_TOKEN, too short', (secret) => ({ CONTROL_TOKEN: secret.slice(0, 12) })),
  way('ORIGIN_URL with a user', (secret) => ({ ORIGIN_URL: `http://user:${secret}@127.0.0.1:1` })),
  way('the same, encoded', (secret) => ({ ORIGIN_URL: `http://${encodeURIComponent(secret)}@127.0.0.1:1` })),
  way('the same, of an unknown scheme', (secret) => ({ ORIGIN_URL: `ftp://user:${secret}@127.0.0.1:1/` })),
  way('the same, with a path', (secret) => ({ ORIGIN_URL: `http://user:${secret}@127.0.0.1:1/a?b` })),
  way('a password in OUTBOX_URL as it is', (secret) => ({
    OUTBOX_URL: `postgres://user:${secret}@127.0.0.1:1/spms`
  })),
  way('the same, with a bad port', (secret) => ({
    OUTBOX_URL: `postgres://user:${encodeURIComponent(secret)}@127.0.0.1:99999/spms`
  })),
  way('a parameter of OUTBOX_URL', (secret) => ({
    OUTBOX_URL: `postgres://user@127.0.0.1:1/spms?${secret}`
  })),
  way('a password for the file of the outbox', (secret) => ({ OUTBOX_PASSWORD_FILE: secret })),
  way('OTEL_EXPORTER_OTLP_HEADERS', (secret) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=${secret}`
  })),
  way('OTEL_EXPORTER_OTLP_ENDPOINT with a user', (secret) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:${secret}@127.0.0.1:1`
  })),
  way('WARM_IDENTITY', (secret) => ({ WARM_IDENTITY: JSON.stringify({ Authorization: secret }) })),
  way('WARM_IDENTITY that is no JSON', (secret) => ({ WARM_IDENTITY: `{"Authorization":"${secret}` }))
]
