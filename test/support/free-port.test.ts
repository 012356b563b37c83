import t from 'tap'
import { freePort } from './free-port.js'

const COUNT = 600

t.test('no port is given twice', async (t) => {
  const ports = new Set<number>()
  for (let n = 0; n < COUNT; n++) ports.add(await freePort())
  t.equal(ports.size, COUNT, 'by chance alone some nine are')
})
