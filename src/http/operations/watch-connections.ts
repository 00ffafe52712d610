/** Tells the log and the metrics of requests that never reached the application. */
import type { Log } from '../../telemetry/log.js'
import type { Metrics } from '../../telemetry/metrics.js'
import type { ConnectionWatch } from '../listener.js'
import { findRecord } from './request-record.js'

export function watchConnections(log: Log, metrics: Metrics): ConnectionWatch {
  return {
    refused(code, status, response) {
      const record = response && !response.writableEnded ? findRecord(response) : undefined
      if (record) {
        // The application had it already and was waiting for its body: its line comes when it ends.
        record.problem = code
        record.status = status
        return
      }
      metrics.refused(code)
      log.info({ status, problem: code }, 'connection refused')
    },
    dropped() {
      metrics.connectionDropped()
    },
  }
}
