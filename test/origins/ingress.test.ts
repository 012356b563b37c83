import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { openSampleProxy, statusOf } from '../doors/proxy/open-proxy.js'
import { get } from '../support/http.js'
import { runNginx } from './nginx-origin.js'

const LIST = '/api/v1/users/staffprofiles'
const COMPRESSING = 'gzip on; gzip_types *; gzip_proxied any; gzip_min_length 1000;'

t.test('an nginx that compresses leaves alone what the sidecar has compressed', async (t) => {
  const proxy = await openSampleProxy(t, { codings: ['gzip'] })
  const server = `location / { ${COMPRESSING} proxy_pass ${proxy.url}; }`
  const url = await runNginx(t, { folder: t.testdir({}), server, path: '/health/' })
  const headers = { 'accept-encoding': 'gzip' }
  const { body, headers: own } = await proxy.get(LIST)
  const hit = await get(url + LIST, { headers })
  t.match(statusOf(hit), /^spms; hit/)
  t.match(hit.headers, { 'content-encoding': 'gzip', 'content-length': `${hit.body.length}` })
  t.equal(hit.headers['etag'], String(own['etag']).replace(/"$/, '~gzip"'), 'with its validator')
  t.ok(gunzipSync(hit.body).equals(body))
  const has = { ...headers, 'if-none-match': String(hit.headers['etag']) }
  t.equal((await get(url + LIST, { headers: has })).status, 304)
})

t.test('where nginx compresses, the validator is weak, and still costs a 304', async (t) => {
  const proxy = await openSampleProxy(t)
  const server = `location / { ${COMPRESSING} proxy_pass ${proxy.url}; }`
  const url = await runNginx(t, { folder: t.testdir({}), server, path: '/health/' })
  const headers = { 'accept-encoding': 'gzip' }
  const { headers: own } = await proxy.get(LIST)
  const hit = await get(url + LIST, { headers })
  t.match(hit.headers, { 'content-encoding': 'gzip', 'content-length': undefined })
  t.equal(hit.headers['etag'], `W/${String(own['etag'])}`)
  const has = { ...headers, 'if-none-match': String(hit.headers['etag']) }
  t.equal((await get(url + LIST, { headers: has })).status, 304)
})
