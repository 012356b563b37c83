import { readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import ts from 'typescript'

/** Parts of something larger, and the test, from `test`, that holds the two together. */
export const TESTED_WITH: Readonly<Record<string, string>> = {
  'cache/invalidation.ts': 'cache/invalidate/matcher.test.ts',
  'cache/read/entry-tags.ts': 'cache/read/collapsed-fetch.test.ts',
  'cache/write/write-effect.ts': 'cache/write/write-through.test.ts',
  'cache/answered-by.ts': 'telemetry/statistics.test.ts',
  'cache/audit/examine.ts': 'cache/audit/audit.test.ts',
  'cache/read/from-origin.ts': 'cache/read/read-through.test.ts',
  'insight/analytics-answer.ts': 'insight/analytics.test.ts',
  'insight/counts.ts': 'insight/audit-report.test.ts',
  'insight/figures.ts': 'insight/pods.test.ts',
  'insight/resource-figures.ts': 'insight/analytics.test.ts',
  'sidecar/modes.ts': 'sidecar/insight.test.ts',
  'sidecar/open-insight.ts': 'sidecar/insight.test.ts',
  'cache/outbox-events.ts': 'outbox/session.test.ts',
  'cache/store.ts': 'cache/values/read-many.test.ts',
  'cache/values/parts.ts': 'cache/values/read-many.test.ts',
  'config/check-together.ts': 'config/config.test.ts',
  'config/config-error.ts': 'config/config.test.ts',
  'config/outbox-settings.ts': 'config/config.test.ts',
  'config/redis-login.ts': 'config/config.test.ts',
  'config/schema.ts': 'config/config.test.ts',
  'config/setting-types.ts': 'config/config.test.ts',
  'config/telemetry-settings.ts': 'config/telemetry.test.ts',
  'doors/compilers.ts': 'doors/control/bad-input.test.ts',
  'doors/control/answers.ts': 'doors/control/openapi.test.ts',
  'doors/control/bulk-answer.ts': 'doors/control/bulk-routes.test.ts',
  'doors/control/json-bytes.ts': 'doors/control/json-members.test.ts',
  'doors/control/control-door.ts': 'doors/control/bad-input.test.ts',
  'doors/control/documentation.ts': 'doors/control/openapi.test.ts',
  'doors/control/lock-schemas.ts': 'doors/control/openapi.test.ts',
  'doors/control/json-bodies.ts': 'doors/control/bad-input.test.ts',
  'doors/control/query.ts': 'doors/control/bad-input.test.ts',
  'doors/control/schemas.ts': 'doors/control/openapi.test.ts',
  'doors/proxy/proxy-door.ts': 'doors/proxy/forwarding.test.ts',
  'outbox/replies.ts': 'outbox/session.test.ts',
  'outbox/statements.ts': 'outbox/session.test.ts',
  'origin/connector.ts': 'origin/http-origin.test.ts',
  'origin/exchange.ts': 'origin/http-origin.test.ts',
  'resources/check-file.ts': 'resources/load.test.ts',
  'resources/json.ts': 'resources/load.test.ts',
  'resources/read-rows.ts': 'resources/load.test.ts',
  'resources/schema.ts': 'resources/load.test.ts',
  'resources/table.ts': 'resources/load.test.ts',
  'resources/template-parts.ts': 'resources/load.test.ts',
  'resources/template-rules.ts': 'resources/load.test.ts',
  'resources/write-rows.ts': 'resources/load.test.ts',
  'sidecar/ending.ts': 'sidecar/signals.test.ts',
  'sidecar/listen.ts': 'main.test.ts',
  'sidecar/read-table.ts': 'main.test.ts',
  'sidecar/sidecar.ts': 'sidecar/clock-steps.test.ts',
  'sidecar/start.ts': 'main.test.ts',
  'sidecar/warming-of.ts': 'warming/start.test.ts',
  'telemetry/tally.ts': 'telemetry/metrics.test.ts',
  'stores/memory/list.ts': 'stores/memory/memory-store.test.ts',
  'stores/memory/memory-log.ts': 'stores/memory/memory-store.test.ts',
  'stores/memory/stored-entry.ts': 'stores/memory/memory-store.test.ts',
  'stores/memory/tag-index.ts': 'stores/memory/memory-store.test.ts',
  'stores/redis/connection/client.ts': 'stores/redis/refused.test.ts',
  'stores/redis/connection/log-in.ts': 'stores/redis/credentials/password-file.test.ts',
  'stores/redis/connection/slot-owner.ts': 'redis-modes/cluster.test.ts',
  'stores/redis/connection/lifecycle.ts': 'stores/redis/connection/connection.test.ts',
  'stores/redis/epochs.ts': 'stores/redis/remembered-position.test.ts',
  'stores/redis/invalidate-named.ts': 'stores/redis/invalidate.test.ts',
  'stores/redis/scan.ts': 'stores/redis/keyspace.test.ts',
  'stores/redis/scripts/entries.ts': 'stores/redis/foreign.test.ts',
  'stores/redis/scripts/epoch.ts': 'stores/redis/restart.test.ts',
  'stores/redis/scripts/invalidate.ts': 'stores/redis/eviction.test.ts',
  'stores/redis/scripts/kept.ts': 'stores/redis/kept.test.ts',
  'stores/redis/scripts/redis-keys.ts': 'stores/redis/keyspace.test.ts',
  'telemetry/otel/durations.ts': 'telemetry/otel/exports.test.ts',
  'telemetry/otel/follow-requests.ts': 'telemetry/otel/telemetry.test.ts',
  'telemetry/otel/followed-request.ts': 'telemetry/otel/telemetry.test.ts',
  'telemetry/otel/http-method.ts': 'telemetry/otel/telemetry.test.ts',
  'telemetry/otel/sampler.ts': 'telemetry/otel/telemetry.test.ts',
  'telemetry/otel/watch-origin.ts': 'telemetry/otel/telemetry.test.ts',
  'telemetry/otel/watch-store.ts': 'telemetry/otel/telemetry.test.ts'
}

/** Which file starts the built sidecar, for tests that run it in a process of its own. */
const COMMAND = 'test/support/sidecar-command.ts'

/** The files of `src`, from there, that a test imports or runs, directly or by way of others. */
export const importedByTest = (test: string): ReadonlySet<string> => {
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    if (file === normalize(COMMAND)) visit(normalize('src/main.ts'))
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
      if (fileName.startsWith('.')) visit(normalize(join(dirname(file), fileName)).replace(/\.js$/, '.ts'))
    }
  }
  visit(test)
  const sources = [...seen].map((file) => file.split(sep).join('/')).filter((file) => file.startsWith('src/'))
  return new Set(sources.map((file) => file.slice('src/'.length)))
}
