import { readFile, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'

const SHARED_MEMORY = '/dev/shm'
const ENOUGH_BYTES = 512 * 1024 * 1024

/** A folder in memory where there is one with enough room and, if programs are to be loaded from it, the right to. */
export const scratchParent = async ({ holdsPrograms = false } = {}): Promise<string> => {
  try {
    const { bavail, bsize } = await statfs(SHARED_MEMORY)
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n')
    const [, , , flags = 'noexec'] =
      mounts.findLast((line) => line.split(' ')[1] === SHARED_MEMORY)?.split(' ') ?? []
    const isAllowed = !holdsPrograms || !flags.split(',').includes('noexec')
    return isAllowed && bavail * bsize >= ENOUGH_BYTES ? SHARED_MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}
