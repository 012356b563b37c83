import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { at, list, needsHelm, POD, render, type Rendered, text } from '../helm/support/chart.js'
import { build, copyOfOverlays, needsKustomize, OVERLAYS } from './support/kustomize.js'

const skip = needsKustomize || needsHelm

const milli = (amount: string): number =>
  amount.endsWith('m') ? Number(amount.slice(0, -1)) : Number(amount) * 1000

const requestsOf = (rendered: Rendered): Readonly<Record<string, number>> => {
  const pod = at(rendered.manifest('Deployment'), POD)
  const all = [...list(pod, 'containers'), ...list(pod, 'initContainers')]
  return Object.fromEntries(
    all
      .filter((container) => at(container, 'resources') !== undefined)
      .map((container) => [text(container, 'name'), milli(text(container, 'resources/requests/cpu'))])
  )
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)

/** The use of a pod, in thousandths of a core, above which another one is started: that of the named container. */
const thresholdOf = (rendered: Rendered, container: string): number => {
  const metrics = list(rendered.manifest('HorizontalPodAutoscaler'), 'spec/metrics')
  const requests = requestsOf(rendered)
  const thresholds = metrics.flatMap((metric) => {
    if (at(metric, 'type') === 'Resource') {
      return [
        (Number(text(metric, 'resource/target/averageUtilization')) / 100) * sum(Object.values(requests))
      ]
    }
    if (at(metric, 'containerResource/container') !== container) return []
    return [milli(text(metric, 'containerResource/target/averageValue'))]
  })
  return Math.min(...thresholds)
}

/** The overlay with only these of the component's parts. */
const overlayWith = (parts: readonly string[]): Rendered => {
  const overlays = copyOfOverlays()
  const file = join(overlays, 'prod/cache/kustomization.yaml')
  const lines = readFileSync(file, 'utf8').split('\n')
  const kept = lines.filter(
    (line) => !/deploy\/kustomize\//.test(line) || parts.some((part) => line.endsWith(part))
  )
  writeFileSync(file, kept.join('\n'))
  return build(join(overlays, 'prod'))
}

t.test('the backend is scaled at the use at which it was before the sidecar', { skip }, async (t) => {
  const requests = requestsOf(build(join(OVERLAYS, 'prod')))
  const before = 5 * ((requests['spms-backend'] ?? 0) + (requests['spms-frontend'] ?? 0))
  t.equal(before, 50)
  t.equal(thresholdOf(build(join(OVERLAYS, 'prod')), 'spms-backend'), before)
  // Why the component is there.
  t.equal(thresholdOf(overlayWith(['sidecar']), 'spms-backend'), 11 * before, 'eleven times later without it')
})

t.test('the sidecar is scaled before its one core is full, as by the chart', { skip }, async (t) => {
  const metrics = (rendered: Rendered) => list(rendered.manifest('HorizontalPodAutoscaler'), 'spec/metrics')
  const own = metrics(build(join(OVERLAYS, 'prod')))
  const charts = metrics(render({ files: ['kustomize'], set: { 'autoscaling.enabled': true } }))
  const [, ofSidecar] = charts
  t.strictSame(own[1], ofSidecar)
  t.equal(at(ofSidecar, 'containerResource/container'), 'cache')
  t.strictSame(
    charts.map((metric) => at(metric, 'type')),
    own.map((metric) => at(metric, 'type'))
  )
})

t.test('all else of the autoscaler stays', { skip }, async (t) => {
  t.match(at(build(join(OVERLAYS, 'prod')).manifest('HorizontalPodAutoscaler'), 'spec'), {
    minReplicas: 2,
    maxReplicas: 5,
    scaleTargetRef: { kind: 'Deployment', name: 'spms-deployment-prod' }
  })
})
