# syntax=docker/dockerfile:1
# Node as nodejs.org publishes it, which is the one that the tests run with: the same file as in npm's package `node`.
ARG NODE_IMAGE=node:24.21.0-trixie-slim
# Debian's C and C++ libraries, certificates and time zones, with the records by which scanners know them. No shell, no
# package manager, no program at all. docs/releasing.md says how both are pinned by digest and checked.
ARG BASE_IMAGE=gcr.io/distroless/cc-debian13:nonroot

# What it makes runs on every architecture, so that it is made on the builder's own.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
ARG REVISION=unknown
RUN npm run build -- --release --revision "$REVISION"
RUN printf '%s\n' 'root:x:0:0::/:/sbin/nologin' 'sidecar:x:10001:10001::/:/sbin/nologin' > passwd

# The sample origin, for local development only: `docker compose` builds it, nothing else does.
FROM build AS sample-origin
COPY demo demo
USER 10001:10001
EXPOSE 8000
CMD ["node", "--import", "tsx", "demo/origin/main.ts", "--host", "0.0.0.0"]

FROM ${NODE_IMAGE} AS node

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="spms-cache-sidecar" \
      org.opencontainers.image.description="A cache sidecar for the SPMS API: a read-through proxy and a cache service in front of Redis" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=node /usr/local/bin/node /usr/local/bin/node
# Root's files: the process can read them, and change none.
COPY --from=build /app/passwd /etc/passwd
COPY --from=build /app/dist dist
# A number, for Kubernetes to see that it is not root (runAsNonRoot).
USER 10001:10001
EXPOSE 8080 8081 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9090/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The process handles SIGTERM itself and starts no others, so that it may be the first one.
# Garbage, so that requests wait for it as little as can be. One core is what a sidecar gets: threads that collect beside
# the program would take it from its requests. What a miss makes lives until its answer comes, which V8 takes for a reason
# to put it with what lives long, where it has to be looked for. And the heap may grow to three times what lives in it
# before that is done, and is not given back after a quiet minute; by itself V8 looks every second or two while entries
# are stored, and again after each pause. SIGUSR1 opens no inspector: nobody debugs a container by a port.
ENTRYPOINT []
CMD ["node", "--single-threaded-gc", "--no-allocation-site-pretenuring", "--heap-growing-percent=200", \
  "--no-memory-reducer", "--disable-sigusr1", "dist/main.js"]
