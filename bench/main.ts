/** `npm run bench -- <what> [options]`. */
import '../src/collector.js'
import { Unavailable } from './inner/contender.js'

/** A benchmark: takes its own arguments, prints its report, and sets process.exitCode where the report is void. */
interface Benchmark {
  run(argv: readonly string[]): Promise<void>
}

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  inner: () => import('./inner.js'),
  engines: () => import('./engines.js'),
  accuracy: () => import('./accuracy.js'),
  steps: () => import('./steps.js'),
  train: () => import('./train.js'),
  memory: () => import('./memory.js'),
  serve: () => import('./serve.js'),
  blocks: () => import('./serve/blocks.js'),
  store: () => import('./store.js'),
  sealed: () => import('./sealed.js'),
}

const [name = '', ...rest] = process.argv.slice(2)
const load = benchmarks[name]
if (load) {
  try {
    await (await load()).run(rest)
  } catch (error) {
    // What this machine lacks is no fault of the benchmark.
    if (!(error instanceof Unavailable)) throw error
    console.error(`bench -- ${name} cannot run here: ${error.message}`)
    process.exitCode = 1
  }
} else {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join(' | ')} [options]   (docs/benchmarks.md)`)
  process.exitCode = 2
}
