import t from 'tap'
import { at, needsHelm, POD, render } from './support/chart.js'

const skip = needsHelm
const CACHE = `${POD}/initContainers/cache`

t.test('without a Secret there is no outbox', { skip }, async (t) => {
  const pod = render({ files: ['shared'] }).manifest('Deployment', 'spms-cache')
  t.equal(at(pod, `${CACHE}/env/OUTBOX_URL`), undefined)
  t.notMatch(JSON.stringify(pod), /OUTBOX_|outbox/)
})

t.test(
  'the address is taken from its Secret, the password as a file, and the authority',
  { skip },
  async (t) => {
    const pod = render({ files: ['everything'] }).manifest('Deployment', 'spms-cache')
    t.strictSame(at(pod, `${CACHE}/env/OUTBOX_URL/valueFrom`), {
      secretKeyRef: { name: 'spms-outbox', key: 'address' }
    })
    t.equal(at(pod, `${CACHE}/env/OUTBOX_TABLE/value`), 'cache.outbox')
    for (const [variable, volume, source] of [
      [
        'OUTBOX_PASSWORD_FILE',
        'outbox-password',
        { secret: { secretName: 'spms-outbox', items: [{ key: 'password', path: 'password' }] } }
      ],
      [
        'OUTBOX_CA_FILE',
        'outbox-ca',
        { configMap: { name: 'database-ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] } }
      ]
    ] as const) {
      const file = String(at(pod, `${CACHE}/env/${variable}/value`))
      t.match(at(pod, `${CACHE}/volumeMounts/${volume}`), {
        readOnly: true,
        mountPath: file.replace(/\/[^/]*$/, '')
      })
      t.match(at(pod, `${POD}/volumes/${volume}`), source)
    }
  }
)

t.test('the address alone is enough', { skip }, async (t) => {
  const set = { 'outbox.existingSecret': 'spms-outbox' }
  const pod = render({ files: ['shared'], set }).manifest('Deployment', 'spms-cache')
  t.strictSame(at(pod, `${CACHE}/env/OUTBOX_URL/valueFrom/secretKeyRef`), { name: 'spms-outbox', key: 'url' })
  t.equal(at(pod, `${CACHE}/env/OUTBOX_PASSWORD_FILE`), undefined)
})
