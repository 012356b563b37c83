import { Type } from '@sinclair/typebox'
import t from 'tap'
import { createScriptRunner, script } from '../../../../src/stores/redis/scripts/script.js'

const ECHO = script({ lua: 'return ARGV[1]', reply: Type.String() })

/** A server that knows a script once it was sent its text, and replies with the first argument. */
const serverOf = (replyOf: (argument: string) => unknown = (argument) => argument) => {
  const asked: string[] = []
  const known = new Set<string>()
  const ask = (command: string, script: string, args: unknown[]): unknown => {
    asked.push(`${command} ${script} ${args.join(' ')}`)
    return replyOf(String(args.at(-1)))
  }
  return {
    asked,
    runScript: createScriptRunner({
      evalsha: async (sha: string, ...args: unknown[]) => {
        if (!known.has(sha)) throw new Error('NOSCRIPT No matching script. Please use EVAL.')
        return ask('evalsha', sha, args)
      },
      eval: async (lua: string, ...args: unknown[]) => {
        known.add(ECHO.sha)
        return ask('eval', lua, args)
      }
    })
  }
}

t.test('the text of a script goes to a server that does not know it, then only its digest', async (t) => {
  const { asked, runScript } = serverOf()
  t.equal(await runScript(ECHO, ['k'], ['a']), 'a')
  t.equal(await runScript(ECHO, ['k'], ['b']), 'b')
  t.strictSame(asked, [`eval ${ECHO.lua} 1 k a`, `evalsha ${ECHO.sha} 1 k b`])
})

t.test('what is to be asked behind a script is asked behind each sending of it', async (t) => {
  const { asked, runScript } = serverOf()
  const askBehind = () => void asked.push('behind')
  await runScript(ECHO, [], ['a'], askBehind)
  // The first one was behind a script that the server did not know, and so before the one that it carried out.
  t.strictSame(asked, ['behind', `eval ${ECHO.lua} 0 a`, 'behind'])
  await runScript(ECHO, [], ['b'], askBehind)
  t.strictSame(asked.slice(3), [`evalsha ${ECHO.sha} 0 b`, 'behind'])
})

t.test('a reply of another shape than the schema is an error that shows it', async (t) => {
  const { runScript } = serverOf(() => 7)
  await t.rejects(runScript(ECHO, [], ['a']), { message: 'unexpected reply of Redis: 7' })
})

t.test('what the script itself says is passed on', async (t) => {
  const { runScript } = serverOf(() => {
    throw new Error('OOM command not allowed')
  })
  await t.rejects(runScript(ECHO, [], ['a']), { message: /^OOM/ })
})
