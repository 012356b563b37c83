import { Gauge, type Registry } from 'prom-client'

// `scripts/build.mjs` puts the values in their place; the sources as they are have none.
declare const BUILD_VERSION: string | undefined
declare const BUILD_REVISION: string | undefined

/** Which sidecar this is: its version, the commit that it was built from, and the Node that it runs on. */
export const buildInfo = {
  version: typeof BUILD_VERSION === 'string' ? BUILD_VERSION : 'unknown',
  revision: typeof BUILD_REVISION === 'string' ? BUILD_REVISION : 'unknown',
  node: process.versions.node
}

/** A gauge that is always 1, with what there is to know as its labels, to be joined with other metrics. */
export const registerBuildInfo = (registry: Registry, prefix: string): void => {
  new Gauge({
    name: `${prefix}build_info`,
    help: 'Always 1; the labels say which sidecar this is.',
    labelNames: Object.keys(buildInfo),
    registers: [registry]
  }).set(buildInfo, 1)
}
