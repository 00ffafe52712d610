/** `npm run bench -- accuracy`: accuracy on Omniglot's test characters, through HTTP, with the default settings. */
import { parseArgs } from 'node:util'
import { readConfig } from '../src/config.js'
import { startServer } from '../src/server.js'
import { openLog } from '../src/telemetry/log.js'
import { readCharacters } from './accuracy/characters.js'
import { type Accuracy, measureAccuracy } from './accuracy/through-http.js'

const cells = [
  { ways: 5, shots: 1, atLeast: 95 },
  { ways: 5, shots: 5, atLeast: 99 },
  { ways: 20, shots: 1, atLeast: 90 },
  { ways: 20, shots: 5, atLeast: 97 },
]

/** `--data` folder of characters, `--tasks`, `--seed`, `--json`; `--url` of a running server instead of one of its own. */
export async function run(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string', default: '../shared/data/omniglot/test' },
      tasks: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      url: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const characters = await readCharacters(values.data)
  if (!characters) {
    console.error(`There are no characters in ${values.data}; name a folder with one folder a character by --data.`)
    process.exitCode = 2
    return
  }
  const own =
    values.url === undefined
      ? await startServer({ ...readConfig(), PORT: 0, HOST: '127.0.0.1', STORE: 'memory' }, openLog('warn'))
      : undefined
  const url = values.url ?? `http://${own?.address}`
  const rows: (Accuracy & { atLeast: number })[] = []
  for (const cell of cells) {
    const protocol = { ...cell, tasks: Number(values.tasks), seed: Number(values.seed) }
    rows.push({ ...(await measureAccuracy(url, characters, protocol)), atLeast: cell.atLeast })
  }
  await own?.stop()
  console.log(values.json ? JSON.stringify(rows, null, 2) : table(rows))
  if (rows.some(({ percent, atLeast }) => percent < atLeast)) process.exitCode = 1
}

function table(rows: readonly (Accuracy & { atLeast: number })[]): string {
  const head = '| task | accuracy, % | 95% interval | at least | tasks | seed |\n| --- | --- | --- | --- | --- | --- |'
  const lines = rows.map(({ ways, shots, percent, interval, atLeast, tasks, seed }) => {
    const bounds = `${(percent - interval).toFixed(1)} to ${Math.min(100, percent + interval).toFixed(1)}`
    return `| ${ways}-way ${shots}-shot | ${percent.toFixed(2)} | ${bounds} | ${atLeast} | ${tasks} | ${seed} |`
  })
  return [head, ...lines].join('\n')
}
