/** `npm run bench -- <what> [options]`. */

/** A benchmark: takes its own arguments, prints its report, and sets process.exitCode where the report is void. */
interface Benchmark {
  run(argv: readonly string[]): Promise<void>
}

const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  inner: () => import('./inner.js'),
  accuracy: () => import('./accuracy.js'),
  steps: () => import('./steps.js'),
  memory: () => import('./memory.js'),
}

const [name = '', ...rest] = process.argv.slice(2)
const load = benchmarks[name]
if (load) {
  await (await load()).run(rest)
} else {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join(' | ')} [options]   (docs/benchmarks.md)`)
  process.exitCode = 2
}
