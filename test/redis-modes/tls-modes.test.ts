import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { startOrigin } from '../demo/start-origin.js'
import { storeContract } from '../stores/contract.js'
import { entryOf, put, readable } from '../stores/fixtures.js'
import { eventually } from '../support/eventually.js'
import { get, http } from '../support/http.js'
import { needsOwnRedis } from '../support/redis-server.js'
import { startSidecar } from '../support/sidecar-process.js'
import { makeCertificates } from '../support/certificates.js'
import { startCluster } from './clusters.js'
import { startSentinels } from './sentinels.js'
import { type ServerNode, startNode, startReplica } from './servers.js'
import { connectTlsStore, inspectTlsStore } from './tls-store.js'

const skip = needsOwnRedis

interface Mode {
  readonly url: string
  readonly caFile: string
  readonly prefix: string
  /** Where the entries are, until it is gone. */
  readonly master: ServerNode
}

/** What each mode has to do over TLS. */
const keepsPromises = async (t: Test, { url, caFile, prefix, master }: Mode): Promise<void> => {
  await t.test('keeps the contract of every store', (t) =>
    storeContract(t, (t) => inspectTlsStore(t, { url, caFile, prefix: `${prefix}${randomUUID()}:` }))
  )

  await t.test('a sidecar finds a hit there, and invalidates it', async (t) => {
    const { address } = await startOrigin(t)
    const sidecar = await startSidecar({
      ...{ ORIGIN_URL: address, REDIS_URL: url, REDIS_CA_FILE: caFile, KEY_PREFIX: prefix },
      REDIS_COMMAND_TIMEOUT_MS: '2000'
    })
    t.teardown(() => sidecar.stop())
    const read = async () => (await get(`${sidecar.proxy}/api/v1/users/2/projects`)).headers['cache-status']
    await eventually(async () => (await get(`${sidecar.ops}/ready`)).text().includes('"store":"up"'))
    t.match(await read(), 'spms; fwd=uri-miss; stored')
    t.match(await read(), /^spms; hit; ttl=/)
    const answer = await http(`${sidecar.control}/v1/invalidations`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: '{"keys":["user:2:projects"]}'
    })
    t.match(answer.json(), { removed: 1 })
    t.match(await read(), 'spms; fwd=uri-miss; stored')
  })

  await t.test('another master takes over', async (t) => {
    const store = await connectTlsStore(t, { url, caFile, prefix })
    await put(store, { storeKey: 'a:1', entry: entryOf('') })
    await master.kill()
    const again = async (): Promise<boolean> => {
      await put(store, { storeKey: 'a:2', entry: entryOf('') })
      return (await readable(store, 'a:2')).length === 1
    }
    await eventually(again, { timeoutMs: 20_000 })
    t.strictSame(await readable(store, 'a:1'), [], 'in a new epoch')
  })
}

t.test(
  'a Cluster over TLS, with certificates for a name and nodes that are told by address',
  { skip },
  async (t) => {
    const certificates = makeCertificates(t, 'DNS:localhost')
    const { url, owner } = await startCluster(t, { certificates, host: 'localhost' })
    await keepsPromises(t, { url, caFile: certificates.ca, prefix: '{spms}:', master: owner })
  }
)

t.test('sentinels and servers over TLS', { skip }, async (t) => {
  const certificates = makeCertificates(t)
  const master = await startNode(t, { certificates })
  await startReplica(t, master, { certificates })
  const sentinels = await startSentinels(t, master, { count: 3, certificates })
  const hosts = sentinels.map(({ port }) => `localhost:${port}`).join(',')
  const url = `rediss+sentinel://${hosts}/1?master=mymaster`
  await keepsPromises(t, { url, caFile: certificates.ca, prefix: 'spms:', master })
})
