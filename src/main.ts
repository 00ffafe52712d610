/** `npm start`: starts the server, says how to try it, and stops it on a signal. */
import { ConfigError, configHelp, readConfig } from './config.js'
import { ModelError } from './model/load.js'
import { type RunningServer, startServer } from './server.js'

const signals = ['SIGTERM', 'SIGINT'] as const

if (process.argv.includes('--help')) {
  console.log(configHelp())
} else {
  await main()
}

async function main(): Promise<void> {
  try {
    const server = await startServer(readConfig(), (error) => console.error(error))
    console.log(greeting(server))
    for (const signal of signals) process.once(signal, () => void stop(server))
  } catch (error) {
    // What the operator can mend is said in a sentence; what only we can, with its stack.
    console.error(error instanceof ConfigError || error instanceof ModelError ? error.message : error)
    process.exit(1)
  }
}

async function stop(server: RunningServer): Promise<void> {
  for (const signal of signals) process.removeAllListeners(signal)
  console.log('Finishing what is under way; the next signal ends it at once.')
  await server.stop()
  process.exit(0)
}

function greeting({ address, hasSamples }: RunningServer): string {
  const ready = `reptile-serve is ready on http://${address}`
  if (!hasSamples) return ready
  const step = (name: string) =>
    `curl -s ${address}/samples/${name}.json | curl -s ${address}/${name} -H 'content-type: application/json' -d @-`
  return `${ready}\nTry it from a second terminal:\n\n  ${step('adapt')} && ${step('predict')}\n`
}
