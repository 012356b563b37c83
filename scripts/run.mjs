// `run.mjs demo [--once]`, `run.mjs test [tap arguments]` and `run.mjs build`: on a machine with nothing but
// Node and npm they first install and build what is missing.

const NODE_FLOOR = [20, 19]

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor < NODE_FLOOR[1])) {
  console.error(`Node ${NODE_FLOOR.join('.')} or later is needed, this is ${process.versions.node}.`)
  process.exit(1)
}

const commands = await import('./commands.mjs')
const [command, ...args] = process.argv.slice(2)

if (!Object.hasOwn(commands, command)) {
  console.error(`Usage: node scripts/run.mjs ${Object.keys(commands).join('|')} [arguments]`)
  process.exit(1)
}
try {
  process.exitCode = await commands[command](args)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
