/** Figures for Prometheus, in base units and under bounded labels: never an id, a tenant or a raw path. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ColdStart, Observer, WorkKind } from '../serving/observer.js'
import type { Departure } from '../store/store-observer.js'
import { type Readings, watchReadings } from './readings.js'

export interface ModelName {
  readonly name: string
  readonly digest: string
}

export interface EngineName {
  readonly name: string
  readonly device: string
  readonly reason: string
}

/** One registry a server, so that two in one process keep their own. */
export class Metrics implements Observer {
  private readonly registry = new Registry()
  private readonly registers = [this.registry]

  /** Its count is the number of requests. */
  private readonly requests = new Histogram({
    name: 'reptile_http_request_duration_seconds',
    help: 'From the request line to the last byte of the answer; status 499 where the client hung up before it.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: this.registers,
  })
  private readonly refusals = new Counter({
    name: 'reptile_refusals_total',
    help: 'Problems answered, by the code at the end of their type.',
    labelNames: ['code'],
    registers: this.registers,
  })
  private readonly droppedConnections = new Counter({
    name: 'reptile_dropped_connections_total',
    help: 'Connections closed unheard, because there were as many as there may be.',
    registers: this.registers,
  })
  /** Its count is the number of slices and batches, its sum the seconds in the engine. */
  private readonly turns = new Histogram({
    name: 'reptile_engine_turn_duration_seconds',
    help: 'Turns at the engine: slices of adaptations, batches of predictions.',
    labelNames: ['kind'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: this.registers,
  })
  private readonly turnSizes = new Histogram({
    name: 'reptile_engine_turn_size',
    help: 'Inputs in one turn at the engine.',
    labelNames: ['kind'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    registers: this.registers,
  })
  private readonly coldStarts = new Counter({
    name: 'reptile_cold_starts_total',
    help: 'Adaptations that had to be learned again before they could answer.',
    labelNames: ['reason'],
    registers: this.registers,
  })
  private readonly hits = new Counter({
    name: 'reptile_hot_tier_hits_total',
    help: 'Adaptations that were found in memory.',
    registers: this.registers,
  })
  private readonly misses = new Counter({
    name: 'reptile_hot_tier_misses_total',
    help: 'Adaptations that had to be looked up on disk.',
    registers: this.registers,
  })
  private readonly departures = new Histogram({
    name: 'reptile_hot_tier_departure_age_seconds',
    help: 'How long adaptations had been in memory when they left it.',
    labelNames: ['reason'],
    buckets: [1, 10, 60, 600, 3600, 6 * 3600, 86_400, 7 * 86_400, 30 * 86_400],
    registers: this.registers,
  })
  private readonly damages = new Counter({
    name: 'reptile_damaged_records_total',
    help: 'Weights on disk that could not be trusted; they are learned again from the examples.',
    registers: this.registers,
  })
  private readonly failedSweeps = new Counter({
    name: 'reptile_failed_sweeps_total',
    help: 'Attempts to remove what has expired that failed.',
    registers: this.registers,
  })
  private readonly modelInfo = new Gauge({
    name: 'reptile_model_info',
    help: 'The initializations that are served.',
    labelNames: ['model', 'digest'],
    registers: this.registers,
  })
  private readonly engineInfo = new Gauge({
    name: 'reptile_engine_info',
    help: 'What computes, on which device, and why it is this one.',
    labelNames: ['engine', 'device', 'reason'],
    registers: this.registers,
  })

  /** `version`: of the package. */
  constructor(version: string) {
    collectDefaultMetrics({ register: this.registry })
    new Gauge({
      name: 'reptile_build_info',
      help: 'What is running.',
      labelNames: ['version', 'node'],
      registers: this.registers,
    }).set({ version, node: process.versions.node }, 1)
    // So that their rates are known from the first one on.
    for (const reason of ['examples-only', 'new-model'] satisfies ColdStart[]) this.coldStarts.inc({ reason }, 0)
  }

  /** What cannot be counted as it happens is read when somebody asks. */
  read(readings: Readings): void {
    watchReadings(this.registry, readings)
  }

  models(models: readonly ModelName[]): void {
    for (const { name, digest } of models) this.modelInfo.set({ model: name, digest }, 1)
  }

  engine({ name, device, reason }: EngineName): void {
    this.engineInfo.set({ engine: name, device, reason }, 1)
  }

  /** `route`: the template, such as /adaptations/:id. */
  request(route: string, method: string, status: number, milliseconds: number): void {
    this.requests.observe({ route, method, status }, milliseconds / 1000)
  }

  refused(code: string): void {
    this.refusals.inc({ code })
  }

  connectionDropped(): void {
    this.droppedConnections.inc()
  }

  turn(kind: WorkKind, milliseconds: number, size: number): void {
    this.turns.observe({ kind }, milliseconds / 1000)
    this.turnSizes.observe({ kind }, size)
  }

  coldStart(why: ColdStart): void {
    this.coldStarts.inc({ reason: why })
  }

  hit(): void {
    this.hits.inc()
  }

  miss(): void {
    this.misses.inc()
  }

  departed(why: Departure, ageMs: number): void {
    this.departures.observe({ reason: why }, ageMs / 1000)
  }

  damaged(): void {
    this.damages.inc()
  }

  sweepFailed(): void {
    this.failedSweeps.inc()
  }

  get contentType(): string {
    return this.registry.contentType
  }

  /** In Prometheus' text format. */
  text(): Promise<string> {
    return this.registry.metrics()
  }
}
