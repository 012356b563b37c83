import { Milliseconds, OptionalText } from './setting-types.js'

/** The standard variables of OpenTelemetry that the sidecar knows; `telemetry.ts` says what goes together. */
export const TELEMETRY_SETTINGS = {
  OTEL_EXPORTER_OTLP_ENDPOINT: OptionalText(
    'Collector that [traces and metrics](operations.md#opentelemetry) go to by OTLP; not set: none, and nothing of it is loaded.'
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: OptionalText(
    'Whole address for traces, in place of `/v1/traces` below the endpoint.'
  ),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: OptionalText(
    'Whole address for metrics, in place of `/v1/metrics` below the endpoint.'
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: OptionalText('`http/protobuf`, which is the default; there is no other.'),
  OTEL_EXPORTER_OTLP_HEADERS: OptionalText(
    'Headers of each export, such as `authorization=Bearer%20…`: `name=value` with commas, percent-encoded.'
  ),
  OTEL_EXPORTER_OTLP_TIMEOUT: Milliseconds(10_000, 'Longest that an export may take, with its repetitions.'),
  OTEL_EXPORTER_OTLP_CERTIFICATE: OptionalText(
    "PEM file of the authority that signed the collector's certificate, where it is a private one."
  ),
  OTEL_SERVICE_NAME: OptionalText('Name of the service, in place of `spms-cache-sidecar`.'),
  OTEL_RESOURCE_ATTRIBUTES: OptionalText(
    'Attributes of the service, such as `deployment.environment.name=staging`: `name=value` with commas, percent-encoded.'
  ),
  OTEL_TRACES_EXPORTER: OptionalText('`otlp`, which is the default, or `none`: no traces.'),
  OTEL_METRICS_EXPORTER: OptionalText('`otlp`, which is the default, or `none`: no metrics.'),
  OTEL_BSP_SCHEDULE_DELAY: Milliseconds(5000, 'Longest that a span waits to be sent.'),
  OTEL_METRIC_EXPORT_INTERVAL: Milliseconds(60_000, 'Pause between two exports of metrics.'),
  OTEL_TRACES_SAMPLER: OptionalText(
    '`parentbased_always_on`, which is the default, `parentbased_traceidratio`, `parentbased_always_off`, or one of them without `parentbased_`.'
  ),
  OTEL_TRACES_SAMPLER_ARG: OptionalText(
    'Share of the traces that `traceidratio` records, from 0 to 1; 1 by default.'
  ),
  OTEL_SDK_DISABLED: OptionalText('`true`: no telemetry, whatever the endpoint.')
}

const ENDPOINTS = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'
]

/** Without them where no endpoint turns telemetry on: operators of a cluster put such variables into pods that have no use for them. */
export const withoutIdleTelemetry = (
  variables: Readonly<Record<string, string>>
): Readonly<Record<string, string>> =>
  ENDPOINTS.some((name) => name in variables)
    ? variables
    : Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('OTEL_')))
