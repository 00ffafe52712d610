# The server as a container: docker build --target cpu -t reptile-serve . (docs/deploy.md). The stages share `build`;
# a target for GPUs takes its folders from there onto another base.

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
# The packages first: they are installed anew only when the lock file changes.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build
# What runs needs no compiler and no optional engine. (--omit=optional would take sharp's and lmdb's binaries along.)
RUN npm pkg delete devDependencies optionalDependencies && npm prune --no-audit --no-fund
# onnxruntime-node brings its library for every system; 290 MB become 45.
RUN find node_modules/onnxruntime-node/bin/napi-v* -mindepth 2 -maxdepth 2 \
    -not -path "*/$(node -p 'process.platform + "/" + process.arch')" -exec rm -r {} + \
    && rm dist/.tsbuildinfo

FROM node:20.20.2-bookworm-slim AS cpu
LABEL org.opencontainers.image.title="reptile-serve" \
      org.opencontainers.image.description="A server for few-shot adaptation: post a few labelled examples, get a model of your own." \
      org.opencontainers.image.licenses="MIT"
# Only node is needed to run; what installs packages goes.
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /opt/yarn-v* \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
    && install -d -o 10001 -g 10001 /data
ENV NODE_ENV=production \
    DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json openapi.yaml ./
COPY models ./models
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself is the first process, so that signals reach it; arguments such as --help go to it.
# Adapting threads keep every core busy: a collection that waits for helper threads would wait for a core (docs/benchmarks.md).
ENTRYPOINT ["node", "--single-threaded-gc", "dist/main.js"]
