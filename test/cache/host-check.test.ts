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

t.test('without a list, or with a star, every host may', async (t) => {
  t.equal(createHostCheck([]), undefined)
  t.equal(createHostCheck(['spms.example', '*']), undefined)
})
