import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** All files below a folder, by their path in it, without following links. */
export const listFiles = (root, folder = '') =>
  readdirSync(join(root, folder)).flatMap((name) => {
    const path = `${folder}/${name}`
    const { mode, size, uid } = lstatSync(join(root, path))
    const type = mode & 0o170000
    if (type === 0o040000) return listFiles(root, path)
    return [{ path, mode, size, uid, isFile: type === 0o100000 }]
  })

/**
 * What somebody could run. Libraries are executable, too, and Debian's base has a script for log-ins in `/etc`, for which
 * there is no shell.
 */
export const isProgram = ({ path, mode, isFile }) =>
  isFile && (mode & 0o111) !== 0 && !path.startsWith('/etc/') && !/\.so(\.\d+)*$/.test(path)

/** Everything that may be in `/app`; the modules' names end in a digest. */
export const EXPECTED = [
  /^\/app\/dist\/(main|[\w-]+-[A-Z0-9]{8})\.js$/,
  /^\/app\/dist\/(package\.json|spms\.yaml|sbom\.cdx\.json|licenses\.txt)$/,
  /^\/app\/dist\/swagger-ui\/static\/[\w-]+\.(css|js|png|svg)$/
]

export const megabytesOf = (files) => Math.round(files.reduce((sum, { size }) => sum + size, 0) / 1e5) / 10
