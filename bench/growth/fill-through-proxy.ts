import { Pool } from 'undici'
import { CALLER } from '../load/entrant.js'

const CONNECTIONS = 32

/** Reads one path for each number, so that each answer becomes an entry. Rejects when one is no 200. */
export const fillThroughProxy = async (
  url: string,
  pathOf: (number: number) => string,
  { from, to }: { readonly from: number; readonly to: number }
): Promise<void> => {
  const pool = new Pool(url, { connections: CONNECTIONS })
  let next = from
  const readOn = async (): Promise<void> => {
    while (next < to) {
      const path = pathOf(next++)
      const { statusCode, body } = await pool.request({ method: 'GET', path, headers: CALLER })
      await body.dump({ limit: Infinity })
      if (statusCode !== 200) throw new Error(`${path} was answered with ${statusCode}.`)
    }
  }
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, readOn))
  } finally {
    await pool.destroy()
  }
}
