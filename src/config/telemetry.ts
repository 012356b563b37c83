import { ConfigError, shown } from './config-error.js'
import type { Config } from './schema.js'

/** What goes to a collector, and where. */
export interface TelemetrySettings {
  /** Addresses of the two signals; `undefined`: that one is not sent. */
  readonly tracesUrl: string | undefined
  readonly metricsUrl: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Longest that a span waits to be sent. */
  readonly delayMs: number
  /** Between two exports of metrics. */
  readonly intervalMs: number
  /** Of the service, as the environment has them. */
  readonly attributes: Readonly<Record<string, string>>
  readonly sampler: SamplerSettings
}

export interface SamplerSettings {
  /** Whether a caller who has decided is followed. */
  readonly isParentBased: boolean
  /** Of the traces that nobody has decided about. */
  readonly share: number
}

/** `undefined` where telemetry is off. Throws `ConfigError`, with one line that names the variable. */
export const telemetryOf = (config: Config): TelemetrySettings | undefined => {
  const tracesUrl = urlOf(config, 'TRACES')
  const metricsUrl = urlOf(config, 'METRICS')
  if (tracesUrl === undefined && metricsUrl === undefined) return undefined
  const { OTEL_EXPORTER_OTLP_PROTOCOL: protocol = PROTOCOL } = config
  if (protocol !== PROTOCOL) throw wrong(config, 'OTEL_EXPORTER_OTLP_PROTOCOL', `must be ${PROTOCOL}`)
  return {
    tracesUrl,
    metricsUrl,
    headers: pairsOf(config, 'OTEL_EXPORTER_OTLP_HEADERS'),
    timeoutMs: config.OTEL_EXPORTER_OTLP_TIMEOUT,
    delayMs: config.OTEL_BSP_SCHEDULE_DELAY,
    intervalMs: config.OTEL_METRIC_EXPORT_INTERVAL,
    attributes: {
      'service.name': 'spms-cache-sidecar',
      ...pairsOf(config, 'OTEL_RESOURCE_ATTRIBUTES'),
      ...(config.OTEL_SERVICE_NAME !== undefined && { 'service.name': config.OTEL_SERVICE_NAME })
    },
    sampler: samplerOf(config)
  }
}

const PROTOCOL = 'http/protobuf'

type Name = Extract<keyof Config, `OTEL_${string}`>

const wrong = (config: Config, name: Name, rule: string): ConfigError =>
  new ConfigError(`${name}=${shown(name, String(config[name]))}: ${rule}`)

const urlOf = (config: Config, signal: 'TRACES' | 'METRICS'): string | undefined => {
  // By the specification, in any case of letters, and nothing else means true.
  if (config.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined
  const ofSignal = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT` as const
  const name = config[ofSignal] === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : ofSignal
  const { [name]: endpoint } = config
  if (endpoint === undefined) return undefined
  const exporter = `OTEL_${signal}_EXPORTER` as const
  const { [exporter]: chosen = 'otlp' } = config
  if (chosen === 'none') return undefined
  if (chosen !== 'otlp') throw wrong(config, exporter, 'must be otlp or none')
  const isHttp = /^https?:\/\/[^/]/i.test(endpoint)
  if (!isHttp || !URL.canParse(endpoint)) throw wrong(config, name, 'must be an address with http or https')
  if (name === ofSignal) return endpoint
  const url = new URL(endpoint)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal.toLowerCase()}`
  return url.href
}

/** W3C Baggage's list without properties, as the specification of OpenTelemetry has it. */
const pairsOf = (
  config: Config,
  name: 'OTEL_EXPORTER_OTLP_HEADERS' | 'OTEL_RESOURCE_ATTRIBUTES'
): Readonly<Record<string, string>> => {
  const pairs = (config[name] ?? '').split(',').filter((pair) => pair.trim() !== '')
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', ...rest] = pair.split('=').map((part) => decoded(part.trim()))
      const value = rest.join('=')
      const isSendable = name !== 'OTEL_EXPORTER_OTLP_HEADERS' || (TOKEN.test(key) && VALUE.test(value))
      if (key === '' || rest.length === 0 || !isSendable)
        throw wrong(config, name, 'must be name=value, with commas between them')
      return [key, value]
    })
  )
}

/** RFC 9110 §5.6.2 and §5.5. */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
const VALUE = /^[\t\x20-\x7e]*$/

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const samplerOf = (config: Config): SamplerSettings => {
  const { OTEL_TRACES_SAMPLER: name = 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: argument = '1' } =
    config
  const isParentBased = name.startsWith('parentbased_')
  const kind = name.slice(isParentBased ? 'parentbased_'.length : 0)
  if (kind === 'always_on') return { isParentBased, share: 1 }
  if (kind === 'always_off') return { isParentBased, share: 0 }
  if (kind !== 'traceidratio')
    throw wrong(
      config,
      'OTEL_TRACES_SAMPLER',
      'must be always_on, always_off or traceidratio, or one of them after parentbased_'
    )
  const share = Number(argument)
  if (!(share >= 0 && share <= 1))
    throw wrong(config, 'OTEL_TRACES_SAMPLER_ARG', 'must be a number from 0 to 1')
  return { isParentBased, share }
}
