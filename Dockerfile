# syntax=docker/dockerfile:1
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY fixtures/receiver fixtures/receiver
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
LABEL org.opencontainers.image.title="Maibo" \
      org.opencontainers.image.description="City telemetry in, signed work orders out" \
      org.opencontainers.image.licenses="Apache-2.0"
# On any other address than loopback Maibo wants credentials: mount a maibo.json with gateways and tokens at /app/maibo.json.
ENV NODE_ENV=production \
    MAIBO_HTTP_HOST=0.0.0.0 \
    MAIBO_MQTT_HOST=0.0.0.0 \
    MAIBO_DATA_DIR=/app/data
WORKDIR /app
COPY package.json LICENSE ./
COPY schemas schemas
COPY fixtures fixtures
COPY rules rules
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# All of the above belongs to root; the server may write to its data alone.
RUN mkdir data && chown node:node data
USER node
VOLUME /app/data
EXPOSE 1883 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.MAIBO_HTTP_PORT ?? 8080}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js", "serve"]
