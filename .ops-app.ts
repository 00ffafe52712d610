import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import express from 'express'
import { Listener } from './src/http/listener.js'
import { docsRoutes } from './src/http/operations/docs.js'
import { metricsRoute } from './src/http/operations/metrics-route.js'
import { observeRequests } from './src/http/operations/observe-requests.js'
import { answerHeaders } from './src/http/operations/security-headers.js'
import { watchConnections } from './src/http/operations/watch-connections.js'
import { openLog } from './src/telemetry/log.js'
import { Metrics } from './src/telemetry/metrics.js'
const log = openLog('info'); const metrics = new Metrics('0.1.0'); const now = () => performance.now()
const app = express(); app.disable('x-powered-by'); app.disable('etag')
app.use(observeRequests({ log, metrics, traces: undefined, now, newId: randomUUID })); app.use(answerHeaders)
app.use((_q, r, next) => { r.setHeader('Cache-Control', 'no-store'); next() })
for (const [path, handler] of docsRoutes('openapi.yaml')) app.route(path).get(handler)
app.get('/metrics', metricsRoute(metrics))
const l = new Listener(app, { requestSeconds: 60, connections: 100 }, watchConnections(log, metrics))
await l.listen(8099, '127.0.0.1')
setTimeout(() => void l.close(0, 0).then(() => process.exit(0)), 40000)
