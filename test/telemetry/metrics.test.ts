import { describe, expect, test } from 'vitest'
import { Metrics } from '../../src/telemetry/metrics.js'
import { watchStore } from '../../src/telemetry/store-watch.js'
import { keptLog } from '../http/operations/observed-server.js'

/** The samples of one family: name and labels -> value. */
async function samples(metrics: Metrics, prefix: string): Promise<Record<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(prefix))
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))]
    }),
  )
}

test('turns at the engine: slices, seconds and sizes by kind', async () => {
  const metrics = new Metrics('1.2.3')
  metrics.turn('adapt', 10, 1)
  metrics.turn('adapt', 20, 1)
  metrics.turn('predict', 1.5, 7)
  expect(await samples(metrics, 'reptile_engine_turn')).toMatchObject({
    'reptile_engine_turn_duration_seconds_count{kind="adapt"}': 2,
    'reptile_engine_turn_duration_seconds_sum{kind="adapt"}': 0.03,
    'reptile_engine_turn_duration_seconds_sum{kind="predict"}': 0.0015,
    'reptile_engine_turn_size_bucket{le="4",kind="predict"}': 0,
    'reptile_engine_turn_size_bucket{le="8",kind="predict"}': 1,
  })
})

test('gauges are read when somebody asks', async () => {
  const metrics = new Metrics('1.2.3')
  let requests = 3
  metrics.read({
    requestsUnderWay: () => requests,
    bytesUnderWay: () => 1000,
    waiting: (kind) => (kind === 'adapt' ? 5 : 6),
    hotBytes: () => 2000,
    hotEntries: () => 2,
  })
  expect(await samples(metrics, 'reptile_requests_under_way')).toEqual({ reptile_requests_under_way: 3 })
  requests = 4
  expect(await samples(metrics, 'reptile_requests_under_way')).toEqual({ reptile_requests_under_way: 4 })
  expect(await samples(metrics, 'reptile_request_bytes')).toEqual({ reptile_request_bytes_under_way: 1000 })
  expect(await samples(metrics, 'reptile_hot_tier_bytes')).toEqual({ reptile_hot_tier_bytes: 2000 })
  expect(await samples(metrics, 'reptile_hot_tier_entries')).toEqual({ reptile_hot_tier_entries: 2 })
  expect(await samples(metrics, 'reptile_queue')).toEqual({
    'reptile_queue_length{kind="adapt"}': 5,
    'reptile_queue_length{kind="predict"}': 6,
  })
})

describe('the store', () => {
  test('hits, misses, and departures with their reason and age', async () => {
    const metrics = new Metrics('1.2.3')
    const store = watchStore(keptLog('info').log, metrics)
    store.hit()
    store.hit()
    store.miss()
    store.departed('evicted', 30_000)
    store.departed('expired', 86_400_000)
    expect(await samples(metrics, 'reptile_hot_tier')).toMatchObject({
      reptile_hot_tier_hits_total: 2,
      reptile_hot_tier_misses_total: 1,
      'reptile_hot_tier_departure_age_seconds_bucket{le="10",reason="evicted"}': 0,
      'reptile_hot_tier_departure_age_seconds_bucket{le="60",reason="evicted"}': 1,
      'reptile_hot_tier_departure_age_seconds_sum{reason="expired"}': 86_400,
    })
  })

  test('what somebody should look into is logged as well', async () => {
    const metrics = new Metrics('1.2.3')
    const { log, lines } = keptLog('info')
    const store = watchStore(log, metrics)
    store.damaged({ tenant: 'acme', id: 'my-signs' })
    store.sweepFailed(new Error('no room'))
    expect(lines).toMatchObject([
      { level: 'warn', tenant: 'acme', adaptation: 'my-signs' },
      { level: 'warn', err: { message: 'no room' } },
    ])
    expect(await samples(metrics, 'reptile_damaged')).toEqual({ reptile_damaged_records_total: 1 })
    expect(await samples(metrics, 'reptile_failed')).toEqual({ reptile_failed_sweeps_total: 1 })
  })
})

test('cold starts, refusals, connections, models, the build and the process', async () => {
  const metrics = new Metrics('1.2.3')
  metrics.coldStart('new-model')
  metrics.refused('queue-full')
  metrics.connectionDropped()
  metrics.models([{ name: 'omniglot-conv4', digest: 'abc' }])
  expect(await samples(metrics, 'reptile_')).toMatchObject({
    'reptile_cold_starts_total{reason="examples-only"}': 0,
    'reptile_cold_starts_total{reason="new-model"}': 1,
    'reptile_refusals_total{code="queue-full"}': 1,
    reptile_dropped_connections_total: 1,
    'reptile_model_info{model="omniglot-conv4",digest="abc"}': 1,
    [`reptile_build_info{version="1.2.3",node="${process.versions.node}"}`]: 1,
  })
  expect(Object.keys(await samples(metrics, 'nodejs_eventloop_lag_p99_seconds'))).toHaveLength(1)
  expect(Object.keys(await samples(metrics, 'process_cpu_seconds_total'))).toHaveLength(1)
})

test('two servers in one process count apart', async () => {
  const [one, other] = [new Metrics('1'), new Metrics('1')]
  one.hit()
  expect(await samples(other, 'reptile_hot_tier_hits')).toEqual({ reptile_hot_tier_hits_total: 0 })
})
