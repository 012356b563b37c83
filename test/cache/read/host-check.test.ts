import t from 'tap'
import { createHostCheck } from '../../../src/cache/read/host-check.js'

t.test('hosts are told as Django tells them', async (t) => {
  const check = createHostCheck(['spms.example', '.below.example', '[::1]', 'localhost:8080'])
  const kinds = {
    plain: ['spms.example', 'below.example', 'a.b.below.example', '[::1]', 'localhost:8080'],
    odd: [
      'SPMS.example',
      'spms.example:8080',
      'spms.example.',
      '[::1]:80',
      'Localhost:8080',
      'spms.example:1'
    ],
    refused: [
      'a.spms.example',
      'spms.example.org',
      'notbelow.example',
      '',
      '[::2]:80',
      'localhost',
      'localhost:8081'
    ]
  }
  for (const [kind, hosts] of Object.entries(kinds)) {
    for (const host of hosts) t.equal(check?.(['HOST', host]), kind, host)
  }
  t.equal(check?.([]), 'refused')
})

t.test('what Django does not take for a host is none, whatever is allowed', async (t) => {
  for (const allowed of [['.spms.example', 'spms.example'], ['*']]) {
    const check = createHostCheck(allowed)
    t.equal(check?.(['Host', 'a.spms.example']), 'plain')
    for (const host of [
      'spms.example:',
      '!a.spms.example',
      'a_b.spms.example',
      '@.spms.example',
      'spms.example:8a',
      ''
    ]) {
      t.equal(check?.(['Host', host]), 'refused', host)
    }
  }
})

t.test('without a list every host may', async (t) => {
  t.equal(createHostCheck([]), undefined)
})
