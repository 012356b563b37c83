# syntax=docker/dockerfile:1
ARG NODE_IMAGE=node:24-alpine

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
RUN npm run build

# The sample origin, for local development only: `docker compose` builds it, nothing else does.
FROM build AS sample-origin
COPY demo demo
USER 10001:10001
EXPOSE 8000
CMD ["node", "--import", "tsx", "demo/origin/main.ts", "--host", "0.0.0.0"]

FROM build AS production
RUN npm prune --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="spms-cache-sidecar" \
      org.opencontainers.image.description="A cache sidecar for the SPMS API: a read-through proxy and a cache service in front of Redis" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
# Root's files: the process can read them, and change none.
COPY --from=production /app/package.json ./
COPY --from=production /app/node_modules node_modules
COPY --from=production /app/dist dist
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
CMD ["node", "--single-threaded-gc", "--no-allocation-site-pretenuring", "--heap-growing-percent=200", \
  "--no-memory-reducer", "--disable-sigusr1", "dist/main.js"]
