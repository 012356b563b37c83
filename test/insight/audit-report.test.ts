import t from 'tap'
import { createAuditReport } from '../../src/insight/audit-report.js'

const finding = (path: string) => ({
  at: 1_767_225_600_000,
  key: 'k',
  path,
  fields: ['title'],
  ageSeconds: 3,
  invalidations: [{ at: 1_767_225_500_000, source: 'proxy', kinds: ['tag'], names: ['a'] }] as const
})

t.test('counts and shares by resource, and the last findings', async (t) => {
  const { observer, snapshot } = createAuditReport(() => 1_767_225_600_000)
  for (let count = 0; count < 97; count++) observer.audited({ resource: 'project', outcome: 'same' })
  for (const outcome of ['in-flight', 'volatile', 'inconclusive'] as const)
    observer.audited({ resource: 'project', outcome })
  observer.audited({ resource: 'project', outcome: 'stale', finding: finding('/1') })
  observer.audited({ resource: 'branch', outcome: 'inconclusive' })
  const { since, resources, findings } = snapshot()
  t.equal(since, '2026-01-01T00:00:00.000Z')
  t.strictSame(resources['project']?.outcomes, {
    same: 97,
    'in-flight': 1,
    volatile: 1,
    inconclusive: 1,
    stale: 1
  })
  t.match(resources['project']?.staleShare.low.toFixed(3), '0.002')
  t.match(resources['project']?.staleShare.high.toFixed(3), '0.054')
  t.strictSame(resources['branch']?.staleShare, { low: 0, high: 1 })
  t.strictSame(findings, [
    {
      ...{ resource: 'project', outcome: 'stale', key: 'k', path: '/1', ageSeconds: 3, fields: ['title'] },
      at: '2026-01-01T00:00:00.000Z',
      invalidations: [{ at: '2025-12-31T23:58:20.000Z', source: 'proxy', names: ['a'] }]
    }
  ])
})

t.test('a hundred findings are kept, the newest first', async (t) => {
  const { observer, snapshot } = createAuditReport(Date.now)
  for (let at = 0; at < 150; at++)
    observer.audited({ resource: 'project', outcome: 'stale', finding: finding(`/${at}`) })
  const { findings } = snapshot()
  t.equal(findings.length, 100)
  t.equal(findings[0]?.path, '/149')
})
