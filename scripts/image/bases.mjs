import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureLts } from '../node.mjs'

/**
 * Bases for the Dockerfile where no registry of images can be reached, made of the same Debian packages and the same
 * Node as the ones it names, by their names in buildah's store: `base` for distroless' cc, `node` for the official image
 * of Node, which also has a shell and npm.
 */
export const makeBases = (folder, buildah) => {
  const packages = downloadPackages(join(folder, 'debian'))
  makeImage(buildah, join(folder, 'base'), {
    name: 'base',
    fill: (root) => {
      extract(packages, RUNTIME, root)
      writeCertificates(root, authorities(packages, join(folder, 'ca-certificates')))
    },
    // As distroless sets them.
    config: [
      `ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin SSL_CERT_FILE=${CERTIFICATES}`,
      'USER 65532'
    ]
  })
  makeImage(buildah, join(folder, 'node'), {
    name: 'node',
    fill: (root) => {
      extract(packages, [...RUNTIME, 'dash'], root)
      addNode(root)
      // Those of this machine: it may reach the registry of npm by way of a proxy.
      writeCertificates(root, readFileSync(CERTIFICATES))
      cpSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'))
    },
    config: [`ENV PATH=/usr/local/bin:/usr/bin:/bin NODE_EXTRA_CA_CERTS=${CERTIFICATES}`]
  })
}

const DEBIAN = 'trixie'
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/** What distroless lists for the image `cc`, the ones that it is made from included. */
const RUNTIME = [
  ...['base-files', 'netbase', 'tzdata', 'tzdata-legacy', 'media-types', 'libc6', 'libssl3t64', 'libzstd1'],
  ...['zlib1g', 'libgomp1', 'libstdc++6', 'libgcc-s1', 'gcc-14-base']
]

/** apt with its own state in this folder, so that the release does not have to be the machine's. */
const downloadPackages = (folder) => {
  for (const name of ['lists/partial', 'cache/archives/partial', 'packages']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  const options = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  const sources = [
    `deb ${options} http://deb.debian.org/debian ${DEBIAN} main`,
    `deb ${options} http://deb.debian.org/debian-security ${DEBIAN}-security main`
  ]
  writeFileSync(join(folder, 'sources.list'), `${sources.join('\n')}\n`)
  const settings = {
    'Dir::Etc::SourceList': join(folder, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(folder, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '3'
  }
  const apt = (...args) =>
    execFileSync(
      'apt-get',
      ['-qq', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]), ...args],
      { cwd: join(folder, 'packages'), stdio: 'pipe', timeout: 120_000 }
    )
  apt('update')
  apt('download', ...RUNTIME, 'ca-certificates', 'dash')
  return join(folder, 'packages')
}

const extract = (packages, names, root) => {
  const files = readdirSync(packages)
  for (const name of names) {
    const file = files.find((each) => each.startsWith(`${name}_`))
    execFileSync('dpkg-deb', ['--extract', join(packages, file), root])
  }
}

/** The authorities of Mozilla, as one file: what the package's own script would make of them. */
const authorities = (packages, root) => {
  extract(packages, ['ca-certificates'], root)
  const folder = join(root, 'usr/share/ca-certificates/mozilla')
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('')
}

const writeCertificates = (root, text) => {
  mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true })
  writeFileSync(join(root, CERTIFICATES), text)
}

/** npm is a script that `env` would start, which is not there. */
const addNode = (root) => {
  const local = join(root, 'usr/local')
  mkdirSync(join(local, 'bin'), { recursive: true })
  cpSync(ensureLts(), join(local, 'bin/node'))
  const npm = join(execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim(), 'npm')
  cpSync(npm, join(local, 'lib/npm'), { recursive: true, dereference: true })
  const start = '#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n'
  writeFileSync(join(local, 'bin/npm'), start, { mode: 0o755 })
}

const makeImage = (buildah, root, { name, fill, config }) => {
  mkdirSync(root)
  fill(root)
  const file = `${root}.Dockerfile`
  writeFileSync(file, ['FROM scratch', 'COPY . /', ...config, ''].join('\n'))
  buildah(['build', '--quiet', '--isolation', 'chroot', '--file', file, '--tag', `localhost/${name}`, root])
  rmSync(root, { recursive: true })
}
