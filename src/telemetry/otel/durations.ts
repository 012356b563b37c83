import type { ServerResponse } from 'node:http'
import type { Attributes, Histogram, Meter } from '@opentelemetry/api'
import type { Observer } from '../../cache/observer.js'
import { methodOf } from './http-method.js'

/** As the semantic conventions have them, in seconds. The figures of `/metrics` are finer where hits are. */
const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const DB_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

const durationsOf = (meter: Meter, name: string, [description, buckets]: [string, number[]]): Histogram =>
  meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: buckets } })

export interface RequestDurations {
  /** `route`: what names the request without its numbers. */
  record(response: ServerResponse, route: string | undefined, durationMs: number): void
}

export const createRequestDurations = (meter: Meter): RequestDurations => {
  const histogram = durationsOf(meter, 'http.server.request.duration', [
    'Duration of HTTP server requests.',
    HTTP_BUCKETS
  ])
  return {
    record: ({ req, statusCode, headersSent, writableFinished }, route, durationMs) => {
      const attributes: Attributes = { ...methodOf(req.method).attributes, 'url.scheme': 'http' }
      if (headersSent) attributes['http.response.status_code'] = statusCode
      if (route !== undefined) attributes['http.route'] = route
      if (!writableFinished) attributes['error.type'] = 'broken_off'
      else if (statusCode >= 500) attributes['error.type'] = String(statusCode)
      histogram.record(durationMs / 1000, attributes)
    }
  }
}

export interface OriginDurations {
  /** `outcome`: a status, or the word for why there is none. */
  record(method: string, outcome: string, durationMs: number): void
}

export const createOriginDurations = (meter: Meter, server: Attributes): OriginDurations => {
  const histogram = durationsOf(meter, 'http.client.request.duration', [
    'Duration of HTTP client requests.',
    HTTP_BUCKETS
  ])
  return {
    record: (method, outcome, durationMs) => {
      const status = Number(outcome)
      const hasStatus = Number.isInteger(status)
      histogram.record(durationMs / 1000, {
        ...methodOf(method).attributes,
        ...server,
        ...(hasStatus && { 'http.response.status_code': status }),
        ...((!hasStatus || status >= 400) && { 'error.type': outcome })
      })
    }
  }
}

/** Of Redis only: an embedded store is no client's. */
export const createStoreDurations = (meter: Meter, store: Attributes): Pick<Observer, 'storeAsked'> => {
  const histogram = durationsOf(meter, 'db.client.operation.duration', [
    'Duration of database client operations.',
    DB_BUCKETS
  ])
  return {
    storeAsked: ({ operation, durationMs }) =>
      histogram.record(durationMs / 1000, { ...store, 'db.operation.name': operation })
  }
}
