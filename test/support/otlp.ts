import { fileURLToPath } from 'node:url'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import protobuf from 'protobufjs'

/** Decoded OTLP, in the form of its JSON: numbers of 64 bits as numbers, identifiers in hexadecimal. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for the first one of a trace. */
  readonly parentSpanId: string
  readonly traceState: string
  readonly name: string
  readonly kind: 'internal' | 'server' | 'client' | 'other'
  readonly durationMs: number
  readonly isError: boolean
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  readonly resource: Attributes
}

export interface ReceivedMetric {
  readonly name: string
  readonly unit: string
  readonly kind: 'gauge' | 'sum' | 'histogram'
  readonly points: readonly {
    readonly attributes: Attributes
    /** Of a histogram: how many were counted. */
    readonly value: number
    readonly sum: number
    readonly bounds: readonly number[]
    readonly counts: readonly number[]
  }[]
  readonly resource: Attributes
}

export type Attributes = Readonly<Record<string, unknown>>

const root = protobuf.loadSync(fileURLToPath(new URL('otlp.proto', import.meta.url)))

const Pair = Type.Object({
  key: Type.String(),
  value: Type.Optional(
    Type.Object({
      stringValue: Type.Optional(Type.String()),
      boolValue: Type.Optional(Type.Boolean()),
      intValue: Type.Optional(Type.Number()),
      doubleValue: Type.Optional(Type.Number()),
      arrayValue: Type.Optional(
        Type.Object({ values: Type.Array(Type.Object({ stringValue: Type.Optional(Type.String()) })) })
      )
    })
  )
})
const Pairs = Type.Array(Pair, { default: [] })
const Resource = Type.Object({ attributes: Pairs })
const Text = Type.String({ default: '' })
const Whole = Type.Number({ default: 0 })

const Spans = Type.Object({
  resourceSpans: Type.Array(
    Type.Object({
      resource: Resource,
      scopeSpans: Type.Array(
        Type.Object({
          spans: Type.Array(
            Type.Object({
              ...{ traceId: Text, spanId: Text, parentSpanId: Text, traceState: Text, name: Text },
              ...{ kind: Whole, startTimeUnixNano: Whole, endTimeUnixNano: Whole },
              attributes: Pairs,
              events: Type.Array(Type.Object({ name: Text, attributes: Pairs }), { default: [] }),
              status: Type.Optional(Type.Object({ code: Whole }))
            })
          )
        })
      )
    })
  )
})

const Points = Type.Object({
  dataPoints: Type.Array(
    Type.Object({
      attributes: Pairs,
      ...{ asDouble: Whole, asInt: Whole, count: Whole, sum: Whole },
      bucketCounts: Type.Array(Type.Number(), { default: [] }),
      explicitBounds: Type.Array(Type.Number(), { default: [] })
    }),
    { default: [] }
  )
})
const Metrics = Type.Object({
  resourceMetrics: Type.Array(
    Type.Object({
      resource: Resource,
      scopeMetrics: Type.Array(
        Type.Object({
          metrics: Type.Array(
            Type.Object({
              ...{ name: Text, unit: Text },
              ...{
                gauge: Type.Optional(Points),
                sum: Type.Optional(Points),
                histogram: Type.Optional(Points)
              }
            }),
            { default: [] }
          )
        })
      )
    })
  )
})

const decode = (message: string, bytes: Buffer): unknown => {
  const type = root.lookupType(message)
  return type.toObject(type.decode(bytes), { longs: Number, bytes: String, defaults: false })
}

const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex')

const attributesOf = (pairs: readonly (typeof Pair.static)[]): Attributes =>
  Object.fromEntries(
    pairs.map(({ key, value = {} }) => [
      key,
      value.arrayValue?.values.map(({ stringValue }) => stringValue) ??
        value.stringValue ??
        value.boolValue ??
        value.intValue ??
        value.doubleValue
    ])
  )

const KINDS = ['other', 'internal', 'server', 'client'] as const

export const decodeSpans = (bytes: Buffer): readonly ReceivedSpan[] =>
  Value.Parse(Spans, decode('ExportTrace', bytes)).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        traceState: span.traceState,
        name: span.name,
        kind: KINDS[span.kind] ?? 'other',
        durationMs: (span.endTimeUnixNano - span.startTimeUnixNano) / 1e6,
        isError: span.status?.code === 2,
        attributes: attributesOf(span.attributes),
        events: span.events.map(({ name, attributes }) => ({ name, attributes: attributesOf(attributes) })),
        resource: attributesOf(resource.attributes)
      }))
    )
  )

export const decodeMetrics = (bytes: Buffer): readonly ReceivedMetric[] =>
  Value.Parse(Metrics, decode('ExportMetrics', bytes)).resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ name, unit, ...kinds }) => {
        const kind = kinds.histogram ? 'histogram' : kinds.sum ? 'sum' : 'gauge'
        const points = kinds[kind]?.dataPoints ?? []
        return {
          ...{ name, unit, kind },
          points: points.map(({ attributes, bucketCounts, explicitBounds, sum, ...point }) => ({
            attributes: attributesOf(attributes),
            value: kind === 'histogram' ? point.count : point.asDouble + point.asInt,
            ...{ sum, bounds: explicitBounds, counts: bucketCounts }
          })),
          resource: attributesOf(resource.attributes)
        }
      })
    )
  )
