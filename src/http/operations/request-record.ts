/** What is known of a request while it is under way; its log line, its figures and its trace are made of it at the end. */
import type { ServerResponse } from 'node:http'
import type { Timeline } from '../../serving/timeline.js'

export class RequestRecord {
  /** Whoever learns of these writes them down; each is checked before, because the log repeats it. */
  tenant: string | undefined
  adaptation: string | undefined
  model: string | undefined
  /** The code of the problem that is answered. */
  problem: string | undefined
  /** The status of an answer that went past the application, straight to the socket. */
  status: number | undefined

  constructor(
    readonly id: string,
    readonly traceId: string | undefined,
    readonly timeline: Timeline,
    /** Of the body as it came: what the client announced, until somebody who reads it knows better. */
    public bytesIn: number,
  ) {}
}

const records = new WeakMap<ServerResponse, RequestRecord>()

export function keepRecord(response: ServerResponse, record: RequestRecord): void {
  records.set(response, record)
}

/** Undefined for a request that never came as far as the application. */
export function findRecord(response: ServerResponse): RequestRecord | undefined {
  return records.get(response)
}

/** For routes, all of which come after observeRequests. */
export function recordOf(response: ServerResponse): RequestRecord {
  const record = records.get(response)
  if (!record) throw new Error('The request is not observed: observeRequests must come before the route.')
  return record
}
