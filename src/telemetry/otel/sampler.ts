import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler
} from '@opentelemetry/sdk-trace'

export interface SamplerOptions {
  /** Whether a caller who has decided is followed. */
  readonly isParentBased: boolean
  /** Of the traces that nobody has decided about, from 0 to 1. */
  readonly share: number
}

/** Of all who sample by the same share, each records the same traces: what decides is the number of the trace. */
export const createSampler = ({ isParentBased, share }: SamplerOptions): Sampler => {
  const root = rootOf(share)
  return isParentBased ? new ParentBasedSampler({ root }) : root
}

const rootOf = (share: number): Sampler => {
  if (share === 1) return new AlwaysOnSampler()
  return share === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(share)
}
