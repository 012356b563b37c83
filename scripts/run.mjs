// `run.mjs demo [--once]`, `run.mjs test [tap arguments]` and the like: on a machine with nothing but Node and npm they
// first install and build what is missing, the Node that the sidecar needs included.
import { ensureNode, withNode } from './node.mjs'
import { runInForeground } from './spawn.mjs'

const run = async ([command, ...args]) => {
  const node = ensureNode()
  if (node !== process.execPath) return runInForeground(node, process.argv.slice(1), withNode(node))
  const commands = await import('./commands.mjs')
  if (Object.hasOwn(commands, command)) return commands[command](args)
  console.error(`Usage: node scripts/run.mjs ${Object.keys(commands).join('|')} [arguments]`)
  return 1
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
