import { RememberedPosition } from '../../src/stores/redis/remembered-position.js'
import { runAltered } from './altered-main.js'

/** No sidecar remembers how far the log had come. */
RememberedPosition.prototype.remember = () => undefined
await runAltered((store) => store)
