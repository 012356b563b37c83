import { spawnSync } from 'node:child_process'
import t from 'tap'
import { OptionsError, readOptions } from '../../bench/options.js'

const NAMES = { bare: ['hit', 'miss', 'redis-dies'], backend: ['hit', 'forward'] }

t.test('without arguments everything is run at full length', async (t) => {
  t.strictSame(readOptions([], NAMES), { isQuick: false, isReport: false, origin: 'bare', only: undefined })
})

t.test('scenarios are named with commas between', async (t) => {
  t.strictSame(readOptions(['--quick', '--only', 'hit,redis-dies'], NAMES), {
    isQuick: true,
    isReport: false,
    origin: 'bare',
    only: ['hit', 'redis-dies']
  })
})

t.test('the backend of the tests may be the origin, and has scenarios of its own', async (t) => {
  const options = readOptions(['--origin', 'backend', '--only', 'forward'], NAMES)
  t.strictSame(options, { isQuick: false, isReport: false, origin: 'backend', only: ['forward'] })
})

t.test('a report may be written anew', async (t) => {
  t.strictSame(readOptions(['--report'], NAMES), {
    isQuick: false,
    isReport: true,
    origin: 'bare',
    only: undefined
  })
})

t.test('a mistake is told in one line', async (t) => {
  const mistakes: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['--only', 'hit,mis'], /^--only: there is no scenario 'mis'\. There are: hit, miss, redis-dies\.$/],
    [
      ['--origin', 'backend', '--only', 'miss'],
      /^--only: there is no scenario 'miss'\. There are: hit, forward\.$/
    ],
    [['--origin', 'django'], /^--origin: there is no origin 'django'\. There are: bare, backend\.$/],
    [['--only'], /--only/],
    [['--only='], /there is no scenario ''/],
    [['--fast'], /--fast/],
    [['hit'], /hit/],
    [['--quick=yes'], /--quick/]
  ]
  for (const [args, message] of mistakes) {
    const read = () => readOptions(args, NAMES)
    t.throws(read, OptionsError)
    t.throws(read, { message }, args.join(' '))
  }
})

t.test('the command ends with what is wrong and how it is used', async (t) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'bench/main.ts', '--only', 'nothing'],
    { encoding: 'utf8', env: { PATH: process.env['PATH'] } }
  )
  t.equal(status, 1)
  t.equal(stdout, '', 'nothing was begun')
  t.match(stderr, /^--only: there is no scenario 'nothing'\./)
  t.match(stderr, /Usage: npm run bench/)
})
