import { fileURLToPath } from 'node:url'
import nodeArguments from '../../scripts/node-arguments.json' with { type: 'json' }

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** What the image and `npm start` give to Node before the program. */
export const NODE_ARGUMENTS: readonly string[] = nodeArguments
