/** `npm start`: starts the server, says how to try it, and stops it on a signal. */
import './collector.js'
import { type Config, ConfigError, configHelp, readConfig } from './config.js'
import { ModelError } from './model/load.js'
import { type RunningServer, startServer } from './server.js'
import { type Log, openLog } from './telemetry/log.js'

const signals = ['SIGTERM', 'SIGINT'] as const

const [argument] = process.argv.slice(2)
if (argument === '--help') console.log(configHelp())
else if (argument !== undefined)
  endWith(`There is no argument ${argument}; the environment configures the server, --help says how.`)
else await main()

async function main(): Promise<void> {
  const ending = new AbortController()
  try {
    const config = readConfig()
    const log = openLog(config.LOG_LEVEL)
    process.on('uncaughtExceptionMonitor', (err) => log.fatal({ err }, 'fault'))
    const starting = startServer(config, log, ending.signal)
    // From the start on: to process 1 of a container a signal that nobody listens to does nothing.
    for (const signal of signals) process.once(signal, () => void stop({ starting, ending, log, signal }))
    const server = await starting
    log.info({ address: server.address, ...limitsOf(config) }, 'ready')
    if (process.stdout.isTTY) console.log(greeting(server))
  } catch (error) {
    if (ending.signal.aborted) return
    // What the operator can mend is said in a sentence; what only we can, with its stack.
    endWith(error instanceof ConfigError || error instanceof ModelError ? error.message : error)
  }
}

function endWith(reason: unknown): never {
  console.error(reason)
  process.exit(1)
}

interface Stop {
  readonly starting: Promise<RunningServer>
  readonly ending: AbortController
  readonly log: Log
  readonly signal: string
}

async function stop({ starting, ending, log, signal }: Stop): Promise<void> {
  for (const name of signals) process.removeAllListeners(name).once(name, () => process.exit(1))
  log.info({ signal }, 'finishing what is under way; the next signal ends it at once')
  ending.abort()
  // A start that is not over is ended; one that fails just now need not say so any more.
  const server = await starting.catch(() => undefined)
  await server?.stop()
  log.info('stopped')
  process.exit(0)
}

function limitsOf({ WORKERS, PREDICT_WORKERS, STORE, DATA_DIR }: Config) {
  return { workers: WORKERS, predictWorkers: PREDICT_WORKERS, store: STORE, dataDir: DATA_DIR }
}

function greeting({ address, hasSamples }: RunningServer): string {
  const ready = `reptile-serve is ready on http://${address}, and describes itself on http://${address}/docs`
  if (!hasSamples) return ready
  const step = (name: string) =>
    `curl -s ${address}/samples/${name}.json | curl -s ${address}/${name} -H 'content-type: application/json' -d @-`
  return `${ready}\nTry it from a second terminal:\n\n  ${step('adapt')} && ${step('predict')}\n`
}
