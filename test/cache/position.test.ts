import t from 'tap'
import {
  compareRecordIds,
  epochOf,
  isBefore,
  isPosition,
  randomEpoch,
  recordIdOf
} from '../../src/cache/position.js'

void t.test('a position is an epoch and the id of a record', (t) => {
  const position = 'abcDEF123_-xyzXY:1767225600000-7'
  t.equal(epochOf(position), 'abcDEF123_-xyzXY')
  t.equal(recordIdOf(position), '1767225600000-7')
  t.end()
})

void t.test('positions are told from other text', (t) => {
  for (let times = 0; times < 100; times++) t.ok(isPosition(`${randomEpoch()}:0-0`))
  for (const text of [
    '',
    'abcDEF123_-xyzXY',
    'abcDEF123_-xyzXY:',
    'abcDEF123_-xyzXY:1',
    'abcDEF123_-xyzXY:1-',
    'abcDEF123_-xyzX:1-1',
    'abcDEF123_-xyzXYZ:1-1',
    'abcDEF123_-xyzXY:1-1\n',
    ' abcDEF123_-xyzXY:1-1',
    'abcDEF123_-xyz.Y:1-1',
    'abcDEF123_-xyzXY:-1-1',
    `abcDEF123_-xyzXY:${'1'.repeat(17)}-1`
  ]) {
    t.notOk(isPosition(text), JSON.stringify(text))
  }
  t.end()
})

void t.test('record ids are ordered by time, then by sequence, as numbers', (t) => {
  const ordered = ['0-0', '9-1', '10-0', '10-2', '10-10', '1767225600000-0', '1767225600000-1']
  t.strictSame([...ordered].reverse().sort(compareRecordIds), ordered)
  t.equal(compareRecordIds('10-2', '10-2'), 0)
  t.end()
})

t.test('an epoch fits a position and never comes twice', async (t) => {
  const epochs = Array.from({ length: 1000 }, randomEpoch)
  t.equal(new Set(epochs).size, epochs.length)
  t.ok(epochs.every((epoch) => isPosition(`${epoch}:0-0`)))
})

void t.test('a position is before another one of its own epoch only', (t) => {
  t.ok(isBefore('abcDEF123_-xyzXY:5-9', 'abcDEF123_-xyzXY:5-10'))
  t.notOk(isBefore('abcDEF123_-xyzXY:5-9', 'abcDEF123_-xyzXY:5-9'))
  t.notOk(isBefore('abcDEF123_-xyzXY:5-9', 'abcDEF123_-xyzXZ:6-0'))
  t.end()
})
