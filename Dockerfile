# The server as a container: docker build --target cpu -t reptile-serve . , or --target cuda for NVIDIA GPUs (docs/deploy.md).

FROM node:20.20.2-bookworm-slim AS packages
WORKDIR /app
# The packages first: they are installed anew only when the lock file changes.
COPY package.json package-lock.json .npmrc ./
# onnxruntime-node brings its library for every system; 290 MB become 45.
RUN npm ci --no-audit --no-fund \
    && find node_modules/onnxruntime-node/bin/napi-v* -mindepth 2 -maxdepth 2 \
    -not -path "*/$(node -p 'process.platform + "/" + process.arch')" -exec rm -r {} +

FROM packages AS build
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && rm dist/.tsbuildinfo
# What runs needs no compiler and no optional engine. (--omit=optional would take sharp's and lmdb's binaries along.)
RUN npm pkg delete devDependencies optionalDependencies && npm prune --no-audit --no-fund

# TensorFlow, which comes as Python wheels, and the binding of its npm package, which is compiled.
FROM packages AS tensorflow
# Versions are not pinned: Debian's mirrors keep only the newest, and nothing of these goes into an image.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ python3-pip \
    && rm -rf /var/lib/apt/lists/*
# What the setup consists of, and no other source, so that other changes leave it alone.
COPY src/program ./src/program
COPY src/engine ./src/engine
COPY src/setup ./src/setup
# cuda, or cpu: the same without the 4 GB of CUDA libraries, for whoever wants TensorFlow without a GPU (then with DEVICE=auto).
ARG TENSORFLOW=cuda
# Wheels that were fetched once stay with the builder. The libraries go where a layer can hold them alone.
RUN --mount=type=cache,target=/root/.cache/reptile-serve,sharing=locked \
    npm run setup:tensorflow -- "--$TENSORFLOW" \
    && mv node_modules/@tensorflow/tfjs-node-gpu/deps /deps
# Its packages are 60 MB of code and 210 of source maps.
RUN npm pkg delete devDependencies && npm prune --no-audit --no-fund \
    && find node_modules/@tensorflow -name '*.map' -delete

# What the images have in common.
FROM node:20.20.2-bookworm-slim AS server
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
# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# /livez answers at once, also while programs are compiled; /readyz does when they are.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/livez').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself is the first process, so that signals reach it; arguments such as --help go to it.
# Adapting threads keep every core busy: a collection that waits for helper threads would wait for a core (docs/benchmarks.md).
ENTRYPOINT ["node", "--single-threaded-gc", "dist/main.js"]

FROM server AS cpu
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json openapi.yaml ./
COPY models ./models

FROM server AS cuda
# Without a GPU it does not start, and says so; DEVICE=auto takes the processor then. CUDA is here; the driver is the host's,
# and the last two make NVIDIA's container toolkit bring it in. What the driver compiles for a GPU newer than these libraries
# is kept: that takes minutes.
ENV ENGINE=tensorflow \
    DEVICE=gpu \
    CUDA_CACHE_PATH=/data/cuda \
    NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
# The gigabytes first: a layer that changes with the pinned wheels only.
COPY --from=tensorflow /deps ./node_modules/@tensorflow/tfjs-node-gpu/deps
COPY --from=tensorflow /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json openapi.yaml ./
COPY models ./models
