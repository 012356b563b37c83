import type { Results } from '../../../bench/report/results.js'

/** A run of two scenarios, of which one failed. */
export const RESULTS: Results = {
  ranAt: '2026-01-02T03:04:05.000Z',
  command: 'npm run bench -- --only hit',
  environment: [['machine', 'a quiet one']],
  missing: ['nginx is not installed: apt-get install nginx-light'],
  scenarios: [
    {
      name: 'hit',
      title: 'A hit',
      kind: 'done',
      findings: {
        tables: [
          {
            title: 'Ten kilobytes',
            columns: ['', 'CPU µs', 'requests/s'],
            rows: [['sidecar', { median: 12.31, min: 11.9, max: 13 }, 41_234]],
            note: 'How to read it.'
          }
        ],
        charts: [
          {
            title: 'Chart <one>',
            axis: 'CPU µs per request',
            bars: [{ label: 'sidecar & more', median: 12.31, spread: { min: 11.9, max: 13 } }]
          },
          {
            title: 'Chart two',
            axis: 'ms',
            bars: [{ label: 'nginx', median: 5, spread: { min: 4, max: 6 } }]
          }
        ],
        targets: [
          { what: 'hit ÷ floor', aim: 'at most 1.25', measured: 1.204, isReached: true },
          { what: 'failures', aim: '0', measured: 3, isReached: false }
        ]
      }
    },
    { name: 'miss', title: 'A miss', kind: 'failed', reason: 'The origin ended at its start.' }
  ]
}
