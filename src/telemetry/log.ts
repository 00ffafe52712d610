/** The log: one JSON object a line on standard output, written in batches, off the path of requests. */
import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Bytes that may wait for a reader who is slow; what comes on top is lost, so that the server is not. */
const mostWaiting = 16 * 1024 * 1024

/** A thrown thing never shows more than this many causes. */
const mostCauses = 5

/** What waits is written when the process exits, however it does, short of being killed. */
export function openLog(level: LogLevel, destination: DestinationStream = standardOutput()): Log {
  return pino(
    {
      level,
      // Whatever collects the lines knows the machine.
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => describeError(error, mostCauses) },
    },
    destination,
  )
}

function standardOutput(): DestinationStream {
  return pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 200, maxLength: mostWaiting })
}

interface ErrorLines {
  readonly type?: string
  readonly message: string
  readonly stack?: string | undefined
  readonly cause?: ErrorLines | undefined
}

/** Only what every error has: what else hangs on one may be the contents of a request. */
function describeError(error: unknown, causes: number): ErrorLines {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, stack, cause } = error
  const next = cause === undefined || causes === 0 ? undefined : describeError(cause, causes - 1)
  return { type: name, message, stack, cause: next }
}
