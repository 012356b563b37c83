import type { Readable } from 'node:stream'
import { badInput } from '../problem.js'

/**
 * A body in one buffer that is as long as was announced, filled as it arrives: to put one of many megabytes together at
 * the end would keep the event loop. Rejects with 413 beyond the limit; the rest is read, so that the answer arrives.
 */
export const wholeBody = (
  body: Readable,
  { announced, limit }: { readonly announced: number | undefined; readonly limit: number }
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    let whole = Buffer.allocUnsafe(Math.min(announced ?? FIRST_BYTES, limit))
    let length = 0
    const isOver = (): boolean => length > limit || (announced ?? 0) > limit

    const take = (chunk: Buffer): void => {
      const from = length
      length += chunk.length
      if (isOver()) {
        refuse()
        return
      }
      if (length > whole.length) {
        const larger = Buffer.allocUnsafe(Math.min(2 * length, limit))
        whole.copy(larger, 0, 0, from)
        whole = larger
      }
      chunk.copy(whole, from)
    }
    const refuse = (): void => {
      body.off('data', take)
      body.resume()
      reject(badInput('body', 'is too large', 413))
    }
    if (isOver()) {
      refuse()
      return
    }
    body.on('data', take)
    body.once('end', () => resolve(whole.subarray(0, length)))
    body.once('error', reject)
    body.once('close', () => {
      if (!body.readableEnded) reject(badInput('body', 'broke off'))
    })
  })

const FIRST_BYTES = 64 * 1024
