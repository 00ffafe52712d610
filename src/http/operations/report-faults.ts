/** Faults of our own: the client hears that there was one, the log hears which. */
import type { ServerResponse } from 'node:http'
import type { Log } from '../../telemetry/log.js'
import { findRecord } from './request-record.js'

export type FaultReport = (error: unknown, response: ServerResponse) => void

export function reportFaults(log: Log): FaultReport {
  return (err, response) => {
    const record = findRecord(response)
    log.error({ err, requestId: record?.id, traceId: record?.traceId }, 'fault')
  }
}
