import t from 'tap'
import { isUntried } from '../../../src/cache/write/untried.js'

const moved = (status: number, location: string) => ({ status, headers: ['Location', location] })

t.test('an answer that says that nothing was tried', async (t) => {
  for (const status of [401, 403, 404, 405, 411, 413, 415, 417, 429]) {
    t.ok(isUntried({ status, headers: [] }, '/admin/'), `${status}`)
  }
  for (const status of [200, 202, 204, 302, 303, 400, 409, 410, 412, 422, 500, 503]) {
    t.notOk(isUntried({ status, headers: [] }, '/admin/'), `${status}`)
  }
})

t.test('an address that has moved to another spelling of it was not tried', async (t) => {
  for (const status of [301, 308]) {
    t.ok(isUntried(moved(status, '/admin/'), '/admin'), 'a slash is added')
    t.ok(isUntried(moved(status, '/admin/?a=b'), '/admin?a=b'))
    t.ok(isUntried(moved(status, 'https://spms.example/admin/'), '/admin/'), 'another scheme')
    t.notOk(isUntried(moved(status, '/admin/auth/'), '/admin'), 'another address')
    t.notOk(isUntried(moved(status, 'http://['), '/admin'), 'no address')
    t.notOk(isUntried({ status, headers: [] }, '/admin'), 'nowhere')
  }
  t.notOk(isUntried(moved(302, '/admin/'), '/admin/'), 'as after a form')
  t.notOk(isUntried(moved(303, '/admin/'), '/admin/'))
})
