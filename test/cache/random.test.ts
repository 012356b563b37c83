import t from 'tap'
import { isPosition, randomEpoch } from '../../src/cache/position.js'

t.test('an epoch fits a position and never comes twice', async (t) => {
  const epochs = Array.from({ length: 1000 }, randomEpoch)
  t.equal(new Set(epochs).size, epochs.length)
  t.ok(epochs.every((epoch) => isPosition(`${epoch}:0-0`)))
})
