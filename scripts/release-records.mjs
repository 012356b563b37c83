import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './spawn.mjs'

/** The pages of `/docs`, which the package carries as built files. */
const SWAGGER_UI = 'node_modules/@fastify/swagger-ui'

/**
 * Writes what a scanner and a lawyer ask for and can no longer find in `node_modules`: `sbom.cdx.json`, a software bill of
 * materials in CycloneDX, and `licenses.txt`. Both name the packages of which something went into the bundle, by esbuild's
 * account, and no others.
 */
export const writeReleaseRecords = (metafile, folder) => {
  const packages = bundledPackages(metafile)
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(billOfMaterials(packages), null, 2)}\n`)
  writeFileSync(join(folder, 'licenses.txt'), licences(packages))
}

const bundledPackages = ({ outputs }) => {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []))
  )
  const folders = files.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [])
  return [...new Set(folders)].sort().map((folder) => {
    const { name, version, license, devDependencies } = readJson(join(folder, 'package.json'))
    return { folder, name, version, license, devDependencies, ref: `${name}@${version}` }
  })
}

/** `npm sbom` describes all that is installed; its `--omit dev` would leave out what the tests use as well. */
const billOfMaterials = (packages) => {
  const said = execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26
  })
  const bill = JSON.parse(said)
  // These would differ in each build of one commit.
  delete bill.serialNumber
  delete bill.metadata.timestamp
  const { name, version } = readJson('package.json')
  const own = `${name}@${version}`
  const wanted = new Map(packages.map(({ ref }) => [ref, false]))
  const components = bill.components.filter((component) => wanted.has(component['bom-ref']))
  for (const component of components) wanted.set(component['bom-ref'], true)
  const unknown = [...wanted].flatMap(([ref, isFound]) => (isFound ? [] : [ref]))
  if (unknown.length > 0) throw new Error(`npm sbom does not know ${unknown.join(', ')}`)
  return {
    ...bill,
    metadata: { ...bill.metadata, component: { ...bill.metadata.component, name, type: 'application' } },
    components: [...components, swaggerUi(packages), node()],
    dependencies: bill.dependencies
      .filter(({ ref }) => ref === own || wanted.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => wanted.has(each)) }))
  }
}

const swaggerUi = (packages) => {
  const { devDependencies } = packages.find(({ folder }) => folder === SWAGGER_UI)
  const [name, version] = ['swagger-ui-dist', devDependencies['swagger-ui-dist']]
  return {
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name}@${version}`,
    licenses: [{ license: { id: 'Apache-2.0' } }]
  }
}

/** The image takes its Node from where the bundle is built. */
const node = () => {
  const version = process.versions.node
  return {
    'bom-ref': `node@${version}`,
    type: 'platform',
    name: 'node',
    version,
    purl: `pkg:generic/node@${version}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: [{ license: { id: 'MIT' } }]
  }
}

const licences = (packages) =>
  packages
    .map(({ folder, ref, license }) => {
      const file = readdirSync(join(root, folder)).find((name) => /^(licen[sc]e|copying)/i.test(name))
      const text = file === undefined ? license : readFileSync(join(root, folder, file), 'utf8').trim()
      return `${ref} (${license})\n\n${text}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)

const readJson = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'))
