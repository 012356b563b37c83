/**
 * The share of which so many of so many are a sample, with 95 % confidence (E. B. Wilson, "Probable inference, the law of
 * succession, and statistical inference", 1927); from 0 to 1 without a sample.
 */
export const shareInterval = (found: number, of: number): { readonly low: number; readonly high: number } => {
  if (of === 0) return { low: 0, high: 1 }
  const share = found / of
  const denominator = 1 + Z ** 2 / of
  const centre = (share + Z ** 2 / (2 * of)) / denominator
  const half = (Z / denominator) * Math.sqrt((share * (1 - share)) / of + Z ** 2 / (4 * of ** 2))
  return {
    low: found === 0 ? 0 : Math.max(0, centre - half),
    high: found === of ? 1 : Math.min(1, centre + half)
  }
}

const Z = 1.959964
