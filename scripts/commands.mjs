import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle, ensureBuild } from './build.mjs'
import { ensureDependencies } from './dependencies.mjs'
import { ensureDjangoSuite } from './django-suite.mjs'
import { programOf } from './node.mjs'
import { ensureOrigins } from './origins.mjs'
import { installPeers } from './peers.mjs'
import { chooseServer, ensureRedis } from './redis.mjs'
import { writeReleaseRecords } from './release-records.mjs'
import { root, runNode } from './spawn.mjs'
import { runTap } from './tap.mjs'

/** Each resolves with the exit code. */
export const demo = async (args) => {
  ensureDependencies()
  await ensureBuild()
  return runNode(['--import', 'tsx', 'demo/walk.ts', ...args])
}

export const test = async (args) => {
  ensureDependencies()
  await ensureBuild()
  const { isShared } = ensureRedis()
  ensureOrigins()
  chooseServer()
  return runTap([...(isShared ? ['--jobs=1'] : []), ...args])
}

/** Writes the pages that are made from the sources; with `--check`, fails where one is not what they make. */
export const docs = async (args) => {
  ensureDependencies()
  return runNode(['--import', 'tsx', 'scripts/write-docs.ts', ...args])
}

/** Counts what somebody reads to understand the sources. */
export const house = async (args) => {
  ensureDependencies()
  ensureRedis()
  return runNode(['--import', 'tsx', 'test/house/report.ts', ...args])
}

/** The suite of cache-tests.fyi: `[<checkout of http-tests/cache-tests>] [memory|redis]`. */
export const cacheTests = async (args) => {
  ensureDependencies()
  await ensureBuild()
  ensureRedis()
  return runNode(['--import', 'tsx', 'test/cache-tests/main.ts', ...args])
}

/** Django's own tests of caches against the backend of `clients/django`: `[memory|redis] [5.2|6.0] [Class[.test] …]`. */
export const djangoTests = async (args) => {
  ensureDependencies()
  await ensureBuild()
  ensureRedis()
  ensureDjangoSuite(args)
  return runNode(['--import', 'tsx', 'test/django/suite.ts', ...args])
}

/** `--release` makes what the image has: no source maps, and a bill of materials; `--revision` is the commit. */
export const build = async (args) => {
  const { values } = parseArgs({
    args,
    options: { release: { type: 'boolean', default: false }, revision: { type: 'string' } }
  })
  ensureDependencies()
  const metafile = await bundle({ isRelease: values.release, revision: values.revision })
  if (values.release) writeReleaseRecords(metafile, join(root, 'dist'))
  return 0
}

/** The sidecar as the image runs it; it is built when it is not there. */
export const start = async () => {
  ensureDependencies()
  await ensureBuild()
  const nodeArguments = JSON.parse(readFileSync(join(root, 'scripts/node-arguments.json'), 'utf8'))
  return runNode([...nodeArguments, 'dist/main.js'])
}

/** Installs the programs that the benchmark sets beside the sidecar. */
export const peers = async () => {
  installPeers()
  return 0
}

/** Installs all programs that the tests and the benchmark start. */
export const programs = async () => {
  ensureDependencies()
  ensureRedis()
  ensureOrigins()
  installPeers()
  return 0
}

const runBench = async (script, args) => {
  ensureDependencies()
  await ensureBuild()
  ensureRedis()
  // Threads that collect garbage beside the load generator would take its core from it: 22 ms at p99 of any server.
  return runNode(['--single-threaded-gc', '--import', 'tsx', script, ...args])
}

export const bench = (args) => {
  if (/--origin[ =]backend/.test(args.join(' '))) ensureOrigins()
  return runBench('bench/main.ts', args)
}

/** The Django package beside no cache, django-redis and read-through: `[--quick] [--only pages|calls]`. */
export const benchDjango = (args) => {
  ensureOrigins()
  return runBench('bench/django/main.ts', args)
}

/** What Node itself costs: `[<version>…]`, the oldest that the sidecar runs on and the one of the image without. */
export const benchNodes = (args) => {
  const isVersion = (arg) => /^(floor|lts|\d+\.\d+\.\d+)$/.test(arg)
  const named = args.some(isVersion) ? args : ['floor', 'lts', ...args]
  return runBench(
    'bench/nodes.ts',
    named.map((arg) => (isVersion(arg) ? programOf(arg) : arg))
  )
}

export const benchCheck = (args) => runBench('bench/check.ts', args)

/** A crowd of simulated sessions in front of the backend of the tests. */
export const crowd = async (args) => {
  ensureDependencies()
  await ensureBuild()
  ensureRedis()
  ensureOrigins()
  return runNode(['--import', 'tsx', 'test/backend/crowd/main.ts', ...args])
}
