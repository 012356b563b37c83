import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { startOrigin } from './demo/start-origin.js'
import { freePort } from './support/free-port.js'
import { api, blocksOf, django, readme, section } from './support/readme.js'
import { type SidecarProcess, startSidecar } from './support/sidecar-process.js'

/** What a machine with Node alone is without is told, and not a failure: the programs are not the sidecar's. */
const testWith = (program: string, title: string, run: (t: Test) => Promise<void>): void => {
  if (spawnSync(program, ['--version']).status === 0) void t.test(title, run)
  else t.comment(`Without ${program} here this is not looked at: ${title}`)
}

/** The embedded store in front of the sample origin, as in the demo. */
const startDemo = async (t: Test): Promise<SidecarProcess> => {
  const { address } = await startOrigin(t)
  const sidecar = await startSidecar({ CACHE_STORE: 'memory', ORIGIN_URL: address, LOG_LEVEL: 'warn' })
  t.teardown(() => sidecar.stop())
  return sidecar
}

const run = promisify(execFile)

testWith('curl', 'every curl line is answered with the status that it says', async (t) => {
  const { proxy, control, ops } = await startDemo(t)
  const cwd = t.testdir({})
  for (const block of blocksOf(api, 'bash')) {
    const script = block
      .replaceAll('http://127.0.0.1:8080', proxy)
      .replaceAll('http://127.0.0.1:8081', control)
      .replaceAll('http://127.0.0.1:9090', ops)
    const { stdout } = await run('sh', ['-c', `${CURL}\n${script}`], { cwd })
    const promised = [...block.matchAll(/^curl .* # (\d{3})/gm)].map(([, status]) => status)
    t.equal(promised.length, block.match(/^curl /gm)?.length, 'every line says its status')
    t.strictSame(stdout.trim().split('\n'), promised)
  }
})

/** A line that keeps the answer in a file does so. */
const CURL = `curl() {
  case " $* " in *' -o '*) set -- "$@" ;; *) set -- --output /dev/null "$@" ;; esac
  command curl --silent --write-out '%{http_code}\\n' "$@"
}`

testWith('python3', 'the Python code caches, invalidates and is fenced', async (t) => {
  const { control } = await startDemo(t)
  t.strictSame(await runPython(t, control.replace('http://', '')), {
    read: [1, 1],
    invalidated: true,
    readAfter: 2,
    outdated: 'old',
    readAfterOutdated: 'new'
  })
})

testWith('python3', 'the Python code goes on without the sidecar', async (t) => {
  t.strictSame(await runPython(t, `127.0.0.1:${await freePort()}`), {
    read: [1, 2],
    invalidated: false,
    readAfter: 3,
    outdated: 'old',
    readAfterOutdated: 'new'
  })
})

testWith('python3', 'the Python code for Django can be parsed', async (t) => {
  const codes = [readme, django].flatMap((document) => blocksOf(document, 'python'))
  t.ok(codes.length > 5)
  for (const code of codes) {
    await t.resolves(run('python3', ['-c', 'import ast, sys; ast.parse(sys.argv[1])', code]), code)
  }
})

/** What `cached` returns before and after invalidations, one of them while a value is computed. */
const runPython = async (t: Test, control: string): Promise<unknown> => {
  const folder = t.testdir({})
  const [module = ''] = blocksOf(section(django, '## Without the package'), 'python')
  writeFileSync(join(folder, 'spms_cache.py'), module)
  const env = { ...process.env, SPMS_CACHE_CONTROL: control, PYTHONDONTWRITEBYTECODE: '1' }
  const { stdout } = await run('python3', ['-c', SCRIPT], { cwd: folder, env })
  return JSON.parse(stdout) as unknown
}

const SCRIPT = `
import itertools, json
from spms_cache import cached, invalidate

computed = itertools.count(1)
def compute(): return next(computed)
def compute_too_late():
    invalidate(keys=["late"])
    return "old"

print(json.dumps({
    "read": [cached("user:5:projects", compute, tags=["project:42", "user:5"]) for _ in range(2)],
    "invalidated": invalidate(tags=["project:42"]),
    "readAfter": cached("user:5:projects", compute),
    "outdated": cached("late", compute_too_late),
    "readAfterOutdated": cached("late", lambda: "new"),
}))
`
