import t from 'tap'
import { needsHelm, refusal } from './support/chart.js'
import type { Values } from './support/chart.js'

/** Values that must be refused, and what the message must say. */
const REFUSED: readonly (Values & { readonly says: RegExp })[] = [
  // The chart, with what to do about it.
  { isBare: true, says: /backend\.image: name the image of the backend/ },
  {
    isBare: true,
    set: { 'backend.image': 'registry/spms:1.2.3' },
    says: /sidecar\.image: name the image of the sidecar with its registry/
  },
  {
    files: ['everything'],
    set: { 'sidecar.settings.ALLOWED_HOSTS': 'a' },
    says: /settingsFrom\.ALLOWED_HOSTS: set only one of them/
  },
  {
    files: ['pod-monitor'],
    set: { 'monitoring.serviceMonitor.enabled': true },
    says: /podMonitor: enable only one of them/
  },
  {
    set: { 'deployment.replicas': 2 },
    says: /one replica: .* Set redis\.mode=shared .* or redis\.mode=external/
  },
  { set: { 'autoscaling.enabled': true }, says: /one replica: .* autoscaling\.enabled=false/ },
  {
    set: { 'redis.mode': 'shared' },
    says: /shared Redis needs a password\. Create one with `kubectl create secret/
  },
  { set: { 'redis.mode': 'external' }, says: /needs the address of the Redis, such as rediss:/ },
  { set: { 'redis.external.url': 'redis://a:1' }, says: /redis\.mode is pod: set redis\.mode=external/ },
  { set: { 'outbox.passwordKey': 'a' }, says: /name the Secret with the address of the outbox/ },
  { set: { 'outbox.ca.secret': 'a' }, says: /outbox\.existingSecret: name the Secret/ },
  { files: ['everything'], set: { 'outbox.ca.secret': 'a' }, says: /outbox\.ca\.secret: set only one/ },
  { set: { 'redis.auth.username': 'a' }, says: /has no password\. Leave it out/ },
  { files: ['shared'], set: { 'redis.auth.username': 'a' }, says: /its default user only/ },
  {
    files: ['shared'],
    set: { 'redis.auth.method': 'entra' },
    says: /method=entra is for a Redis on Azure, .* set redis\.mode=external/
  },
  {
    files: ['external-entra'],
    set: { 'redis.auth.existingSecret': 'a' },
    says: /needs no password: leave redis\.auth\.existingSecret/
  },
  {
    files: ['external-entra'],
    set: { 'redis.external.url': 'redis://a' },
    says: /must begin with rediss, since whoever reads a token/
  },
  { files: ['external-entra'], set: { 'redis.auth.entra.clientId': '' }, says: /name the client id/ },
  { files: ['external-entra'], set: { 'redis.auth.entra.serviceAccount': 'a' }, says: /only one of them/ },
  { files: ['external-entra'], set: { 'redis.auth.method': 'password' }, says: /method is password: set / },
  { files: ['external-entra'], set: { 'redis.auth.entra.clientId': 'spms' }, says: /clientId/ },
  {
    files: ['external-password-file'],
    set: { 'redis.auth.existingSecret': '' },
    says: /asFile: name the Secret/
  },
  { files: ['external-cluster'], set: { 'redis.keyPrefix': 'spms:' }, says: /a part in braces/ },
  {
    files: ['external-cluster'],
    set: { 'redis.external.ca.secret': 'a' },
    says: /ca\.secret: set only one of them/
  },
  {
    files: ['external-cluster'],
    set: { 'redis.external.url': 'redis+cluster://a' },
    says: /redis\.external\.ca is set, .* let it begin with rediss/
  },
  { files: ['shared'], set: { 'redis.external.ca.secret': 'a' }, says: /redis\.external\.ca is set/ },
  {
    files: ['external-cluster'],
    set: { 'autoscaling.minReplicas': 6 },
    says: /minReplicas=6: must not be above autoscaling\.maxReplicas \(5\)/
  },
  { set: { 'shutdown.gracePeriodSeconds': 25 }, says: /must leave the backend a part of gracePeriodSeconds/ },
  { set: { 'backend.port': 8080 }, says: /four different ports/ },
  { set: { 'sidecar.ports.ops': 8081 }, says: /four different ports/ },
  { files: ['everything'], set: { 'control.existingSecret': 'a' }, says: /set only one of them/ },
  {
    set: { 'deployment.create': false, 'monitoring.serviceMonitor.enabled': true },
    says: /the ServiceMonitor or PodMonitor needs the labels/
  },
  { files: ['shared'], set: { 'deployment.create': false }, says: /NetworkPolicy of the shared Redis needs/ },

  // The schema: names that do not exist, at every depth.
  { set: { replicas: 2 }, says: /replicas/ },
  { set: { 'sidecar.enable': false }, says: /enable/ },
  { set: { 'cache.enabledd': false }, says: /enabledd/ },
  { set: { 'redis.external.host': 'a' }, says: /host/ },
  { set: { 'redis.external.ca.file': 'a' }, says: /file/ },
  { set: { 'sidecar.settings.REDIS_COMMAND_TIMEOUT': 100 }, says: /REDIS_COMMAND_TIMEOUT/ },
  { set: { 'sidecar.settings.REDIS_URL': 'redis://a' }, says: /REDIS_URL/ },
  { set: { 'sidecar.settingsFrom.REDIS_URL.secretKeyRef.name': 'a' }, says: /REDIS_URL/ },
  { set: { 'sidecar.settingsFrom.MAX_TTL.secretKeyRef.name': 'a' }, says: /key/ },
  { set: { 'sidecar.resources.limit.memory': '1Gi' }, says: /limit/ },
  { set: { 'monitoring.serviceMonitor.intervall': '5s' }, says: /intervall/ },

  // The schema: values that cannot be.
  { set: { 'cache.enabled': 'no' }, says: /cache.*observe/s },
  { set: { 'redis.external.ca.configMap': 'My Map' }, says: /configMap.*pattern/s },
  { set: { 'redis.mode': 'cluster' }, says: /redis.*pod.*shared.*external/s },
  { set: { 'backend.image': 'registry/spms' }, says: /backend.*pattern/s },
  { set: { 'sidecar.image': 'a b:1' }, says: /sidecar.*pattern/s },
  { set: { 'backend.port': 0 }, says: /backend.*port/s },
  { set: { 'sidecar.ports.proxy': 65536 }, says: /proxy/ },
  { set: { 'sidecar.logLevel': 'verbose' }, says: /logLevel/ },
  { set: { 'sidecar.settings.MAX_ENTRY_BYTES': '1MB' }, says: /MAX_ENTRY_BYTES/ },
  { set: { 'sidecar.resources.requests.cpu': 'much' }, says: /cpu/ },
  { set: { 'control.token': 'short' }, says: /token/ },
  { set: { 'deployment.replicas': -1 }, says: /replicas/ },
  { set: { 'autoscaling.targetCPUPercent': 170 }, says: /targetCPUPercent/ },
  { set: { 'ingress.enabled': true }, says: /host/ },
  { set: { 'gateway.enabled': true, 'gateway.host': 'a' }, says: /parentRefs/ },
  { set: { 'gateway.removeHeaders[0]': 'Remote User' }, says: /removeHeaders/ },
  { set: { 'sidecar.pullPolicy': 'Sometimes' }, says: /pullPolicy/ },
  { set: { 'test.tag': '@epoch' }, says: /tag/ },
  ...[
    'redis://user:secret@host:6379',
    'http://host:6379',
    'rediss+cluster://host:7000/1',
    'redis+sentinel://host:26379/1',
    'redis://host:6379,other:6379'
  ].map((url) => ({
    set: { 'redis.mode': 'external', 'redis.external.url': url.replaceAll(',', '\\,') },
    says: /redis.*external.*url/s
  }))
]

for (const { says, ...values } of REFUSED) {
  const given = [...(values.files ?? []), ...Object.entries(values.set ?? {}).map((pair) => pair.join('='))]
  t.test(`refused: ${given.join(', ') || 'no values at all'}`, { skip: needsHelm }, async (t) => {
    t.match(refusal(values), says)
  })
}
