// `run.mjs <folder>`: runs the image whose `image.json` is there, as `docker run --read-only --cap-drop ALL --network host`
// would, with this process's environment, and ends as it does. Stands for `dist/main.js` where that can be named.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const RUNC = '/usr/sbin/runc'

const [, , folder = '.'] = process.argv
const { rootfs, config } = JSON.parse(readFileSync(join(folder, 'image.json'), 'utf8'))
const id = `sidecar-${process.pid}`
const bundle = join(folder, id)

/** Runtime specification of OCI. Its own process and mount namespaces; what the image does not allow itself is denied. */
const specification = {
  ociVersion: '1.0.2',
  process: {
    user: userOf(config.User),
    args: [...(config.Entrypoint ?? []), ...config.Cmd],
    // Later ones win.
    env: [...config.Env, ...Object.entries(process.env).map(([name, value]) => `${name}=${value}`)],
    cwd: config.WorkingDir,
    noNewPrivileges: true,
    capabilities: { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] }
  },
  root: { path: rootfs, readonly: true },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] }
  ],
  linux: {
    namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
    maskedPaths: ['/proc/kcore', '/proc/keys', '/proc/timer_list'],
    readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']
  }
}

function userOf(text) {
  const [uid, gid] = text.split(':').map(Number)
  return { uid, gid }
}

mkdirSync(bundle)
writeFileSync(join(bundle, 'config.json'), JSON.stringify(specification))
const options = ['--root', join(folder, 'runc')]
const container = spawn(RUNC, [...options, 'run', '--bundle', bundle, id], { stdio: 'inherit' })
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => spawnSync(RUNC, [...options, 'kill', id, signal]))
}
container.on('error', (error) => {
  console.error(`${RUNC}: ${error.message}`)
  process.exitCode = 1
})
container.on('exit', (code) => {
  process.exitCode = code ?? 1
})
