/** Gauges: what is so at the moment when somebody asks. */
import { Gauge, type Registry } from 'prom-client'
import type { WorkKind } from '../serving/observer.js'

export interface Readings {
  requestsUnderWay(): number
  /** Of request bodies, in memory. */
  bytesUnderWay(): number
  /** How much work waits for a turn at the engine. */
  waiting(kind: WorkKind): number
  hotBytes(): number
  hotEntries(): number
}

const kinds = ['adapt', 'predict'] satisfies WorkKind[]

export function watchReadings(registry: Registry, readings: Readings): void {
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
  gauge('reptile_requests_under_way', 'Requests let in and not yet answered.', () => readings.requestsUnderWay())
  gauge('reptile_request_bytes_under_way', 'Bytes of request bodies in memory.', () => readings.bytesUnderWay())
  gauge('reptile_hot_tier_bytes', 'Bytes of the adaptations in memory.', () => readings.hotBytes())
  gauge('reptile_hot_tier_entries', 'Adaptations in memory.', () => readings.hotEntries())
  new Gauge({
    name: 'reptile_queue_length',
    help: 'Work that waits for a turn at the engine.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const kind of kinds) this.set({ kind }, readings.waiting(kind))
    },
  })
}
