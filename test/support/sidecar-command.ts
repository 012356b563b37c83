import { fileURLToPath } from 'node:url'

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** What the image and `npm start` give to Node before the program. */
export const NODE_ARGUMENTS = [
  '--single-threaded-gc',
  '--no-allocation-site-pretenuring',
  '--heap-growing-percent=200',
  '--no-memory-reducer'
] as const
