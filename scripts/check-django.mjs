// Checks the client for Django in clients/django on each Python of this machine, with each release of Django that runs on it: lint,
// types, tests against the built sidecar, and a wheel that is installed in a clean environment. The last line is `N passed, N failed`.
// `--quick` takes the newest Python and the oldest Django only; what follows `--` goes to pytest.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ensureLts } from './node.mjs'
import { ensurePostgres } from './postgres.mjs'
import { ensureVenv, findPythons } from './pythons.mjs'
import { ensureRedis } from './redis.mjs'
import { root, runQuietly } from './spawn.mjs'

const client = join(root, 'clients/django')
const DJANGOS = [
  { release: '5.2', floor: '3.11' },
  { release: '6.0', floor: '3.12' }
]
/** Longest that one program may take. */
const TIMEOUT_MS = 900_000
/** Runs of the tests. */
const AT_ONCE = 2

const counts = { passed: 0, failed: 0 }

const hold = (name, holds) => {
  counts[holds ? 'passed' : 'failed']++
  console.log(`${holds ? 'ok' : 'FAILED'}  ${name}`)
}

const execute = promisify(execFile)

const run = async (program, args, options = {}) => {
  const settings = { cwd: client, maxBuffer: 2 ** 26, timeout: TIMEOUT_MS, ...options }
  try {
    const { stdout, stderr } = await execute(program, args, settings)
    return { isDone: true, stdout, said: `${stdout}${stderr}` }
  } catch (error) {
    const { stdout = '', stderr = '', message } = error
    return { isDone: false, stdout, said: `${stdout}${stderr}` || message }
  }
}

const check = async (name, program, args, options) => {
  const { isDone, said } = await run(program, args, options)
  hold(name, isDone)
  if (!isDone) console.log(said)
  return isDone
}

/** Each test counts. */
const checkTests = async (name, python, args) => {
  const { isDone, said } = await run(python, ['-m', 'pytest', ...args], {
    env: { ...process.env, PYTHONPATH: 'src' }
  })
  const count = (word) =>
    Number(new RegExp(`(\\d+) ${word}`).exec(said.trimEnd().split('\n').at(-1))?.[1] ?? 0)
  counts.passed += count('passed')
  counts.failed += count('failed') + count('error')
  hold(`${name}: ${count('passed')} tests`, isDone && count('passed') > 0 && count('skipped') === 0)
  if (!isDone) console.log(said)
}

const checkPython = async (python, name) => {
  await check(`${name}: ruff`, python, ['-m', 'ruff', 'check', '.'])
  await check(`${name}: format`, python, ['-m', 'ruff', 'format', '--check', '.'])
  await check(`${name}: mypy`, python, ['-m', 'mypy'], { env: { ...process.env, MYPYPATH: 'src' } })
}

/** Builds sdist and wheel, and runs the first example of the README with the wheel alone. */
const checkWheel = async (python, { program, requirements }) => {
  const folder = mkdtempSync(join(tmpdir(), 'spms-cache-django-'))
  try {
    const isBuilt = await check('sdist and wheel', python, [
      '-m',
      'build',
      '--no-isolation',
      '--outdir',
      folder
    ])
    const wheel = isBuilt ? readdirSync(folder).find((file) => file.endsWith('.whl')) : undefined
    if (wheel === undefined) return
    rmSync(join(root, '.tools/django-wheel'), { recursive: true, force: true })
    const clean = ensureVenv({ name: 'django-wheel', program, requirements: [requirements] })
    await check('the wheel is installed', clean, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      join(folder, wheel)
    ])
    await checkExample(clean, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const checkExample = async (python, folder) => {
  const [, example = ''] =
    /```python\n(from django[^]*?)```/.exec(readFileSync(join(client, 'README.md'), 'utf8')) ?? []
  const expected = [...example.matchAll(/# -> (.*)/g)].map(([, text]) => text)
  const control = await freePort()
  const sidecar = await startSidecar(control)
  try {
    const file = join(folder, 'example.py')
    writeFileSync(file, example.replaceAll('127.0.0.1:8081', `127.0.0.1:${control}`))
    const { isDone, stdout, said } = await run(python, ['-I', file], { cwd: folder })
    hold('the example of the README', isDone && expected.length > 0 && stdout.trim() === expected.join('\n'))
    if (!isDone || stdout.trim() !== expected.join('\n')) console.log(said)
  } finally {
    sidecar.kill()
  }
}

const startSidecar = async (control) => {
  const ops = await freePort()
  const child = spawn(ensureLts(), [join(root, 'dist/main.js')], {
    env: {
      CACHE_STORE: 'memory',
      CONTROL_PORT: `${control}`,
      OPS_PORT: `${ops}`,
      PROXY_PORT: `${await freePort()}`
    },
    stdio: 'ignore'
  })
  for (let tries = 0; tries < 200; tries++) {
    const isReady = await fetch(`http://127.0.0.1:${ops}/ready`).then(
      ({ ok }) => ok,
      () => false
    )
    if (isReady) return child
    await sleep(50)
  }
  child.kill()
  throw new Error('The sidecar is not ready.')
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

const isBefore = (one, other) => Number(one.split('.')[1]) < Number(other.split('.')[1])

const main = async (args) => {
  const isQuick = args.includes('--quick')
  const forPytest = args.includes('--') ? args.slice(args.indexOf('--') + 1) : []
  runQuietly('npm', ['run', '--silent', 'build'])
  ensureLts()
  ensureRedis()
  ensurePostgres()
  const found = findPythons()
  if (found.length === 0)
    throw new Error('No Python from 3.11 on, with venv and ensurepip, is on this machine.')
  const pythons = isQuick ? found.slice(-1) : found
  const releases = isQuick ? DJANGOS.slice(0, 1) : DJANGOS
  const environments = pythons.flatMap(({ version, program }) =>
    releases
      .filter(({ floor }) => !isBefore(version, floor))
      .map(({ release }) => ({
        name: `Python ${version}, Django ${release}`,
        isNewest: version === pythons.at(-1).version,
        python: ensureVenv({
          name: `django-${version}-${release}`,
          program,
          requirements: [join(client, `requirements/django-${release}.txt`)]
        })
      }))
  )
  for (const { name, python } of environments.filter(({ isNewest }) => isNewest))
    await checkPython(python, name)
  const left = environments.values()
  const testLeft = async () => {
    for (const { name, python } of left) await checkTests(name, python, forPytest)
  }
  // A run mostly waits: for processes that start, and for time-outs.
  await Promise.all(Array.from({ length: AT_ONCE }, testLeft))
  const { version, program } = pythons.at(-1)
  const requirements = join(client, 'requirements/django-5.2.txt')
  const python = ensureVenv({ name: `django-${version}-5.2`, program, requirements: [requirements] })
  await checkWheel(python, { program, requirements })
  console.log(`${counts.passed} passed, ${counts.failed} failed`)
  return counts.failed === 0 ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
