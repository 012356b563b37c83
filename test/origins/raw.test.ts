import { type Behaviour, ENDS, FRAMINGS } from './behaviour.js'
import { testOrigin } from './matrix.js'
import { startRaw } from './raw-origin.js'

/** RFC 9112 §6.3 item 8: the end of a connection is the end of such an answer, so that no FIN comes before it. */
const IMPOSSIBLE = ['kept', 'fin-unannounced', 'fin-in-the-middle', 'fin-before-the-last-byte']

const behaviours: readonly Behaviour[] = FRAMINGS.flatMap((framing) =>
  ENDS.filter((end) => framing !== 'close-delimited' || !IMPOSSIBLE.includes(end)).map((end) => ({
    framing,
    end,
    source: 'test/origins/raw-origin.ts'
  }))
)

const isUnannounced = ({ end }: Behaviour): boolean => end === 'fin-unannounced'

testOrigin({
  name: 'bare sockets',
  start: startRaw,
  behaviours: behaviours.filter((behaviour) => !isUnannounced(behaviour))
})

// Apart: a write of another case could be sent on such a connection just before it ends.
testOrigin({
  name: 'bare sockets that close without a word',
  start: startRaw,
  behaviours: behaviours.filter(isUnannounced)
})
