import t from 'tap'
import { at, list, needsHelm, POD, render } from './support/chart.js'

const skip = needsHelm

t.test('cache.enabled=false: the sidecar stays and forwards', { skip }, async (t) => {
  const on = render({ files: ['helm/values-production.yaml'] })
  const off = render({ files: ['helm/values-production.yaml', 'cache-off'] })
  const setting = `${POD}/initContainers/cache/env/CACHE_ENABLED/value`
  t.equal(at(on.manifest('Deployment'), setting), 'true')
  t.equal(at(off.manifest('Deployment'), setting), 'false')
  t.strictSame(
    off.names,
    on.names.filter((name) => name !== 'Pod/spms-cache-test'),
    'nothing else goes but the test, which could not see a hit'
  )
})

t.test('sidecar.enabled=false: what is left is the backend', { skip }, async (t) => {
  const off = render({ files: ['sidecar-off'] })
  t.strictSame([...off.names].sort(), [
    'Deployment/spms-cache',
    'NetworkPolicy/spms-cache-backend',
    'NetworkPolicy/spms-cache-sidecar',
    'PodDisruptionBudget/spms-cache',
    'Service/spms-cache'
  ])
  const deployment = off.manifest('Deployment')
  t.strictSame(list(deployment, `${POD}/initContainers`), [])
  t.strictSame(at(deployment, `${POD}/containers/backend/env`), [{ name: 'FORWARDED_ALLOW_IPS', value: '' }])
  t.strictSame(list(deployment, `${POD}/volumes`), [{ name: 'tmp', emptyDir: {} }])
})

t.test('sidecar.enabled=false keeps the selectors, which cannot be changed', { skip }, async (t) => {
  const selector = (values: Parameters<typeof render>[0]) =>
    at(render(values).manifest('Deployment', 'spms-cache'), 'spec/selector')
  t.strictSame(selector({ files: ['sidecar-off'] }), selector({ files: ['pod'] }))
  t.strictSame(selector({ files: ['shared'] }), selector({ files: ['pod'] }))
})
