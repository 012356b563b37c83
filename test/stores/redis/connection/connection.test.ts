import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { Connection, type ConnectionOptions } from '../../../../src/stores/redis/connection/connection.js'
import { eventually } from '../../../support/eventually.js'
import { createRecorder } from '../../observer.js'

/** A client whose connection is what the test says. */
class ScriptedClient extends Redis {
  disconnected = 0

  constructor() {
    super({ lazyConnect: true })
    this.stream = new Socket()
  }
  becomeReady(): void {
    this.status = 'ready'
    this.emit('ready')
  }
  loseConnection(): void {
    this.status = 'reconnecting'
    this.emit('close')
  }
  override disconnect(): void {
    this.disconnected++
  }
}

const start = (t: Test, options: Partial<ConnectionOptions> = {}) => {
  const client = new ScriptedClient()
  const { told, ...observer } = createRecorder()
  const connection = new Connection({
    client,
    commandTimeoutMs: 10,
    connectTimeoutMs: 60_000,
    handshake: async () => undefined,
    isHandshakeDone: () => true,
    observer,
    ...options
  })
  t.teardown(() => connection.stop())
  const states = (): string[] => told.storeChanged.map(({ state }) => state)
  return {
    client,
    connection,
    told,
    states,
    untilUp: () => eventually(() => connection.state === 'up', { intervalMs: 1 })
  }
}

const never = (): Promise<never> => new Promise(() => undefined)
const failWith = (message: string) => async (): Promise<never> => {
  throw new Error(message)
}

void t.test('is down until its handshake is done, and up afterwards', async (t) => {
  let finish: () => void = () => undefined
  const { client, connection, states, untilUp } = start(t, {
    handshake: () => new Promise<void>((resolve) => (finish = resolve))
  })
  client.becomeReady()
  t.equal(connection.state, 'down')
  await t.rejects(
    connection.run('read', () => Promise.resolve(1)),
    { name: 'StoreUnavailableError' }
  )
  finish()
  await untilUp()
  t.equal(await connection.run('read', () => Promise.resolve(1)), 1)
  t.strictSame(states(), ['up'])
})

void t.test('asks nothing of Redis while down', async (t) => {
  const { connection } = start(t)
  await t.rejects(
    connection.run('read', async () => t.fail('was asked')),
    { name: 'StoreUnavailableError' }
  )
})

void t.test('tells each transition once, however often the connection is lost', async (t) => {
  const { client, states, told, untilUp } = start(t)
  client.emit('error', new Error('connect ECONNREFUSED'))
  client.loseConnection()
  client.loseConnection()
  t.match(told.storeChanged, [{ state: 'down', reason: 'connect ECONNREFUSED' }])
  client.becomeReady()
  await untilUp()
  client.loseConnection()
  client.loseConnection()
  t.strictSame(states(), ['down', 'up', 'down'])
})

void t.test(
  'tells each vain attempt, and the reply of Redis as its reason before what followed',
  async (t) => {
    const { client, told, states } = start(t)
    client.loseConnection()
    for (const messages of [
      ['connect ECONNREFUSED'],
      ['ERR max number of clients reached', 'read ECONNRESET'],
      ['write EPIPE', 'NOAUTH Authentication required.', 'WRONGPASS invalid', 'Connection is closed.'],
      []
    ]) {
      client.emit('connect')
      for (const message of messages) client.emit('error', new Error(message))
      client.loseConnection()
    }
    t.strictSame(states(), ['down'])
    t.strictSame(
      told.storeStaysDown.map(({ reason }) => reason),
      [
        'connect ECONNREFUSED',
        'ERR max number of clients reached',
        'WRONGPASS invalid',
        'the connection was closed'
      ]
    )
  }
)

void t.test('a connection lost during its handshake is not taken for a good one', async (t) => {
  const finishes: (() => void)[] = []
  const { client, connection, untilUp } = start(t, {
    handshake: () => new Promise<void>((resolve) => void finishes.push(resolve))
  })
  client.becomeReady()
  client.loseConnection()
  client.becomeReady()
  finishes[0]?.()
  await eventually(() => finishes.length === 2, { intervalMs: 1 })
  t.equal(connection.state, 'down')
  finishes[1]?.()
  await untilUp()
})

void t.test('goes up only when nothing has come in that must be done first', async (t) => {
  let waiting = 2
  let handshakes = 0
  const { client, untilUp } = start(t, {
    handshake: async () => {
      handshakes++
    },
    isHandshakeDone: () => --waiting < 0
  })
  client.becomeReady()
  await untilUp()
  t.equal(handshakes, 3)
})

void t.test('three time-outs in a row take it down and drop the connection, fewer do not', async (t) => {
  const { client, connection, states, told, untilUp } = start(t)
  client.becomeReady()
  await untilUp()
  for (const fails of [true, true, false, true, true]) {
    if (fails) await t.rejects(connection.run('read', never), { name: 'StoreUnavailableError' })
    else await connection.run('read', () => Promise.resolve())
  }
  t.equal(connection.state, 'up')
  // More than one only where this machine is so busy that a time-out may be its own fault.
  let failures = 4
  for (; connection.state === 'up' && failures < 20; failures++) {
    await t.rejects(connection.run('read', never), { name: 'StoreUnavailableError' })
  }
  t.strictSame(states(), ['up', 'down'])
  t.equal(client.disconnected, 1)
  t.equal(told.storeFailed.length, failures)
})

void t.test(
  'what is run patiently is told that it is late, and is no time-out until much later',
  async (t) => {
    const { client, connection, told, untilUp } = start(t)
    client.becomeReady()
    await untilUp()
    let late = 0
    let answer: () => void = () => undefined
    const run = connection.runPatiently(() => late++)
    const patient = run('invalidate', () => new Promise<void>((resolve) => (answer = resolve)))
    await eventually(() => late === 1, { intervalMs: 1 })
    t.strictSame([connection.state, told.storeFailed.length], ['up', 0])
    answer()
    await patient
    await t.rejects(run('invalidate', never), { name: 'StoreUnavailableError' })
    t.match(told.storeFailed, [{ operation: 'invalidate', error: { budgetMs: 1000 } }])
  }
)

void t.test('a server that says it is the wrong one takes it down, other error replies do not', async (t) => {
  for (const [message, state] of [
    ['OOM command not allowed when used memory > maxmemory', 'up'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'up'],
    ['NOREPLICAS Not enough good replicas to write.', 'down'],
    ['MISCONF Redis is configured to save RDB snapshots, but it is not able to.', 'down'],
    ["READONLY You can't write against a read only replica.", 'down'],
    ["ERR Error running script (call to f_1): @user_script:2: -READONLY You can't write against it.", 'down'],
    ['LOADING Redis is loading the dataset in memory', 'down'],
    ['MASTERDOWN Link with MASTER is down', 'down'],
    ['NOAUTH Authentication required.', 'down']
  ] as const) {
    const { client, connection, untilUp } = start(t)
    client.becomeReady()
    await untilUp()
    await t.rejects(connection.run('commit', failWith(message)), { cause: { message } })
    t.equal(connection.state, state, message)
  }
})

void t.test('does the handshake again by itself when that has failed', async (t) => {
  let fails = true
  const { client, connection, states, untilUp } = start(t, {
    handshake: async () => {
      if (fails) throw new Error('NOREPLICAS')
    }
  })
  client.becomeReady()
  await eventually(() => states().length === 1, { intervalMs: 1 })
  t.equal(connection.state, 'down')
  fails = false
  await untilUp()
  t.equal(client.disconnected, 0, 'on the same connection')
})

void t.test('marked down, it is down until another handshake', async (t) => {
  let handshakes = 0
  const { client, connection, states, untilUp } = start(t, {
    handshake: async () => {
      handshakes++
    }
  })
  client.becomeReady()
  await untilUp()
  connection.markDown({ kind: 'lost-epoch', message: 'the epoch is lost' })
  t.equal(connection.state, 'down')
  await untilUp()
  t.equal(handshakes, 2)
  t.strictSame(states(), ['up', 'down', 'up'])
})

void t.test('a server that does not answer a handshake gets a new connection', async (t) => {
  const { client } = start(t, { handshake: (run) => run('open', never) })
  client.becomeReady()
  await eventually(() => client.disconnected > 0)
})

void t.test('says nothing more once it is stopped', async (t) => {
  const { client, connection, states, untilUp } = start(t)
  client.becomeReady()
  await untilUp()
  connection.stop()
  client.loseConnection()
  client.becomeReady()
  await sleep(5)
  t.equal(connection.state, 'down')
  t.strictSame(states(), ['up'])
})
