import t from 'tap'
import { createHostCheck } from '../../src/cache/host-check.js'

t.test('hosts are told as Django tells them', async (t) => {
  const isAllowed = createHostCheck(['spms.example', '.below.example', '[::1]'])
  const answers = (hosts: readonly string[]) => hosts.map((host) => isAllowed?.(['HOST', host]))
  t.same(
    answers([
      'spms.example',
      'SPMS.example:8080',
      'spms.example.',
      'below.example',
      'a.b.below.example',
      '[::1]:80'
    ]),
    [true, true, true, true, true, true]
  )
  t.same(
    answers(['a.spms.example', 'spms.example.org', 'notbelow.example', '', '[::2]:80']),
    Array(5).fill(false)
  )
  t.equal(isAllowed?.([]), false)
})

t.test('what Django does not take for a host is none, whatever is allowed', async (t) => {
  for (const allowed of [['.spms.example', 'spms.example'], ['*']]) {
    const isAllowed = createHostCheck(allowed)
    t.equal(isAllowed?.(['Host', 'a.spms.example:80']), true)
    for (const host of [
      'spms.example:',
      '!a.spms.example',
      'a_b.spms.example',
      '@.spms.example',
      'spms.example:8a',
      ''
    ]) {
      t.equal(isAllowed?.(['Host', host]), false, host)
    }
  }
})

t.test('without a list every host may', async (t) => {
  t.equal(createHostCheck([]), undefined)
})
