import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { NODE_ARGUMENTS } from '../support/sidecar-command.js'
import { readStages } from './dockerfile.js'

// The image itself is built, looked at and run by `scripts/check-image.mjs`.

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string): string => readFileSync(root + file, 'utf8')
const last = readStages().at(-1)?.steps ?? []
const textOf = (instruction: string): string =>
  last.findLast((step) => step.instruction === instruction)?.text ?? ''

t.test('the image runs what `npm start` and the tests run, as its number', async (t) => {
  t.same(JSON.parse(textOf('CMD')), ['node', ...NODE_ARGUMENTS, 'dist/main.js'])
  t.equal(textOf('ENTRYPOINT'), '[]', 'whatever its base has')
  t.equal(textOf('USER'), '10001:10001')
})

t.test('the image has the LTS that the commands fetch, and the floor is the same everywhere', async (t) => {
  const [, floor = '', lts = ''] =
    /const FLOOR = '(.*)'[^]*const LTS = '(.*)'/.exec(read('scripts/node.mjs')) ?? []
  const minor = floor.replace(/\.\d+$/, '')
  t.match(read('Dockerfile'), `ARG NODE_IMAGE=node:${lts}-trixie-slim\n`)
  t.match(read('package.json'), `"node": ">=${floor}"`)
  t.match(read('package.json'), `"@types/node": "${minor}.`)
  t.match(read('scripts/build.mjs'), `target: 'node${minor}'`)
  t.match(read('README.md'), `Node ${minor} or later`)
})

t.test('version is the same in package, image and chart', async (t) => {
  const { version } = JSON.parse(read('package.json')) as { version: string }
  t.match(read('Dockerfile'), `ARG VERSION=${version}\n`)
  t.match(read('helm/Chart.yaml'), `\nappVersion: ${version}\n`)
})
