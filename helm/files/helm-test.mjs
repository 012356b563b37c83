// What `helm test` runs: a hit and a miss at SERVICE, and at INVALIDATED an invalidation by the control door at
// CONTROL that ends a hit. Other readers are there too: what they make of a step is tried again.
import { request } from 'node:http'
import { env } from 'node:process'

const { SERVICE, INVALIDATED, CONTROL, HOST, READ, TAG, CONTROL_TOKEN } = env
const ATTEMPTS = 5

const send = (url, { body, ...options } = {}) =>
  new Promise((resolve, reject) => {
    const call = request(url, { timeout: 30_000, ...options }, (answer) => {
      answer.resume().on('error', reject)
      answer.on('end', () => resolve(answer))
    })
    call.on('timeout', () => call.destroy(new Error(`${url} did not answer within 30 s`)))
    call.on('error', reject)
    call.end(body)
  })

/** RFC 9211 §2: the last member is of the cache that is nearest to the reader. */
const read = async (base) => {
  const { statusCode, headers } = await send(base + READ, {
    headers: { Host: HOST, Accept: 'application/json' }
  })
  const status = headers['cache-status']?.split(',').at(-1)?.trim() ?? 'no Cache-Status'
  console.log(`  GET ${base}${READ}: ${statusCode}, ${status}`)
  if (statusCode !== 200) throw new Error(`The read was answered with ${statusCode}, not 200.`)
  return status
}

const invalidate = async () => {
  const { statusCode } = await send(`${CONTROL}/v1/invalidations`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(CONTROL_TOKEN && { Authorization: `Bearer ${CONTROL_TOKEN}` })
    },
    body: JSON.stringify({ tags: [TAG] })
  })
  console.log(`  POST ${CONTROL}/v1/invalidations: ${statusCode}`)
  if (statusCode !== 200) throw new Error(`The invalidation was answered with ${statusCode}, not 200.`)
}

const isHit = (status) => status.startsWith('spms; hit')
const isMiss = (status) => status.startsWith('spms; fwd=uri-miss')

const STEPS = {
  'a second read is a hit': async () => {
    await read(SERVICE)
    return isHit(await read(SERVICE))
  },
  'a read after an invalidation is a miss, and the next one a hit': async () => {
    await invalidate()
    return isMiss(await read(INVALIDATED)) && isHit(await read(INVALIDATED))
  },
  'an invalidation ends the hits': async () => {
    if (!isHit(await read(INVALIDATED))) return false
    await invalidate()
    return isMiss(await read(INVALIDATED))
  }
}

const holds = async (step) => {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) if (await step()) return true
  return false
}

for (const [name, step] of Object.entries(STEPS)) {
  console.log(name)
  if (!(await holds(step))) throw new Error(`Not so in ${ATTEMPTS} attempts: ${name}.`)
}
console.log('passed')
