import { hostname } from 'node:os'
import type { Config } from '../config/config.js'
import { telemetryOf } from '../config/telemetry.js'
import type { OpenTelemetry } from '../telemetry/otel/telemetry.js'
import { readCertificates, storeAttributesOf } from './peers.js'

/**
 * OpenTelemetry, where the configuration names a collector. It is loaded only then: what nobody has switched on costs
 * neither the start nor memory. Throws `ConfigError`.
 */
export const loadTelemetry = async (config: Config): Promise<OpenTelemetry | undefined> => {
  const settings = telemetryOf(config)
  if (settings === undefined) return undefined
  const { OTEL_EXPORTER_OTLP_CERTIFICATE: file } = config
  const ca = file === undefined ? undefined : readCertificates('OTEL_EXPORTER_OTLP_CERTIFICATE', file)
  const { createOpenTelemetry } = await import('../telemetry/otel/telemetry.js')
  return createOpenTelemetry({
    ...settings,
    // A pod has the name of its host; what the environment says goes first.
    attributes: { 'service.instance.id': hostname(), ...settings.attributes },
    originUrl: config.ORIGIN_URL,
    store: storeAttributesOf(config),
    ca
  })
}
