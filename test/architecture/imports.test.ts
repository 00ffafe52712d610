/** Imports go one way (docs/architecture.md): who may see whom, and that nobody goes round in circles. */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../src', import.meta.url))

interface Import {
  /** Paths below src, with forward slashes: `learner/head.ts`. */
  readonly from: string
  readonly to: string
  /** `import type`, which leaves no trace at run time. */
  readonly typeOnly: boolean
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'))
  .sort()
const texts = new Map(files.map((file) => [file, readFileSync(`${root}/${file}`, 'utf8')]))
const named = files.flatMap((file) => importsOf(file, texts.get(file) ?? ''))
const own = named
  .filter(({ to }) => to.startsWith('.'))
  .map((one) => ({ ...one, to: posix.join(posix.dirname(one.from), one.to).replace(/\.js$/, '.ts') }))
const packages = named.filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:'))

/** Everything a file imports: import and export declarations, and `import(...)` of values and types. */
function importsOf(file: string, text: string): Import[] {
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ from: file, to: specifier.text, typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly ?? false)
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true)
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest))
  return found
}

/** The folder, or the file itself where it lies in src. */
const partOf = (file: string): string => file.split('/')[0] ?? file

const interfaces = {
  engine: ['engine/engine.ts'],
  store: ['store/adaptation-store.ts', 'store/adaptation-bytes.ts'],
  model: ['model/artifact.ts'],
}

/** What each part may import besides itself: whole folders, or files. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  program: [],
  model: [],
  store: [],
  engine: ['program'],
  codec: interfaces.model,
  samples: interfaces.model,
  learner: ['program', ...interfaces.engine, ...interfaces.model],
  serving: ['learner', 'model', ...interfaces.engine, ...interfaces.store],
  // Of the model only what its inputs look like.
  http: ['codec', 'serving', 'telemetry', ...interfaces.model],
  // What others tell of themselves, published.
  telemetry: ['serving/clock.ts', 'serving/observer.ts', 'serving/timeline.ts', 'store/store-observer.ts'],
  training: ['learner', 'model', 'codec', 'program', 'samples', ...interfaces.engine],
  cli: ['training', 'learner', 'model', 'program', 'version.ts', 'collector.ts', ...interfaces.engine],
  // A program of its own, run once and before everything else.
  setup: [],
  'config.ts': [],
  'version.ts': [],
  'collector.ts': [],
}

/** Where the parts are put together: only here are implementations named. */
const wiring: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['collector.ts', 'config.ts', 'server.ts', 'model', 'telemetry'],
  'server.ts': [
    'config.ts',
    'version.ts',
    'store-choice.ts',
    'engine-choice.ts',
    ...interfaces.engine,
    'engine/until-aborted.ts',
    'http',
    'samples',
    'serving',
    'learner',
    'model',
    'telemetry',
  ],
  'engine-choice.ts': ['config.ts', 'engine'],
  'store-choice.ts': ['config.ts', 'store', 'serving/clock.ts'],
  'cli/engine.ts': [...interfaces.engine, 'engine/onnx/engine.ts'],
  // What is set up is tried out.
  'setup/small-graph.ts': ['program', 'engine/tensorflow/saved-model.ts'],
  // The server itself, imported when it is asked for.
  'cli/serve.ts': ['config.ts', 'main.ts', 'server.ts', 'training/training-error.ts'],
}

const implementations = /^(engine\/(onnx|tensorflow)\/|engine\/reference|store\/(memory|lmdb|redis))/

/** Packages that belong to one place. */
const homes: Readonly<Record<string, readonly string[]>> = {
  express: ['http'],
  'onnxruntime-node': ['engine/onnx'],
  protobufjs: ['engine/onnx', 'engine/tensorflow'],
  '@tensorflow/tfjs-node-gpu': ['engine/tensorflow'],
  'lru-cache': ['store', 'training/data'],
  'csv-parse': ['training/data'],
  'ml-matrix': ['training'],
  commander: ['cli', 'setup'],
  yauzl: ['setup'],
  '@renovatebot/pep440': ['setup'],
  lmdb: ['store'],
  piscina: ['http/reading'],
  '@fastify/busboy': ['http/reading'],
  helmet: ['http/operations'],
  pino: ['telemetry'],
  'prom-client': ['telemetry'],
  '@opentelemetry/api': ['telemetry'],
  '@opentelemetry/core': ['telemetry'],
  '@opentelemetry/resources': ['telemetry'],
  '@opentelemetry/sdk-trace-base': ['telemetry'],
  '@opentelemetry/exporter-trace-otlp-http': ['telemetry'],
  sharp: ['codec'],
  'fast-png': ['codec', 'samples', 'training/report'],
}

describe('imports go one way', () => {
  test('there are imports to look at, and every one leads to a file', () => {
    expect(own.length).toBeGreaterThan(100)
    expect(own.filter(({ to }) => !texts.has(to))).toEqual([])
  })

  test('every part has its rule', () => {
    const parts = new Set(files.map(partOf))
    expect([...parts].filter((part) => !(part in allowed) && !(part in wiring))).toEqual([])
  })

  test.each([...new Set(files.map(partOf))])('%s', (part) => {
    const wrong = own.filter(({ from, to }) => {
      if (partOf(from) !== part || partOf(to) === part) return false
      const rule = wiring[from] ?? allowed[part] ?? []
      return !rule.some((name) => to === name || partOf(to) === name)
    })
    expect(wrong).toEqual([])
  })

  test('implementations are named where the parts are put together, and nowhere else', () => {
    const named = own.filter(
      ({ from, to }) => implementations.test(to) && !(from in wiring) && partOf(from) !== partOf(to),
    )
    expect(named).toEqual([])
  })

  test('an interface knows none of its implementations', () => {
    const known = own.filter(
      ({ from, to }) => [...interfaces.engine, ...interfaces.store].includes(from) && implementations.test(to),
    )
    expect(known).toEqual([])
  })

  test('one implementation does not import another', () => {
    const family = (file: string): string | undefined => implementations.exec(file)?.[0]
    expect(own.filter(({ from, to }) => family(from) && family(to) && family(from) !== family(to))).toEqual([])
  })

  test.each(Object.entries(homes))('%s is used in %s only', (name, places) => {
    const users = packages.filter(({ to }) => to === name || to.startsWith(`${name}/`)).map(({ from }) => from)
    expect(users.length).toBeGreaterThan(0)
    expect(users.filter((user) => !places.some((place) => user.startsWith(`${place}/`)))).toEqual([])
  })

  // One sets it for a library that takes no other settings, one starts other programs.
  const exceptions = ['engine/tensorflow/library.ts', 'setup/main.ts']

  test('the environment is read in config.ts only', () => {
    const readers = files.filter((file) => /process\.env|import\.meta\.env/.test(texts.get(file) ?? ''))
    expect(readers.filter((file) => !exceptions.includes(file))).toEqual(['config.ts'])
  })
})

describe('imports go round in no circle', () => {
  test('at run time', () => {
    expect(circles(own.filter(({ typeOnly }) => !typeOnly))).toEqual([])
  })

  // Reported: program.ts says what a node is, which needs the attributes of ops.ts, one of which holds a Program.
  test('with types, too, but for the one of programs and their operations', () => {
    expect(circles(own)).toEqual([['program/ops.ts', 'program/program.ts']])
  })

  test('and one would be seen', () => {
    const link = (from: string, to: string): Import => ({ from, to, typeOnly: false })
    expect(circles([link('a', 'b'), link('b', 'c'), link('c', 'a'), link('c', 'd'), link('e', 'a')])).toEqual([
      ['a', 'b', 'c'],
    ])
  })
})

/** Files that reach themselves, those that reach each other in one group. */
function circles(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to])
  const reach = (start: string): Set<string> => {
    const seen = new Set<string>()
    const pending = [...(targets.get(start) ?? [])]
    for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
      if (seen.has(file)) continue
      seen.add(file)
      pending.push(...(targets.get(file) ?? []))
    }
    return seen
  }
  const reached = new Map([...targets.keys()].map((file) => [file, reach(file)]))
  const groups = new Map<string, string[]>()
  for (const [file, others] of reached) {
    if (!others.has(file)) continue
    const group = [...others].filter((other) => reached.get(other)?.has(file)).sort()
    groups.set(group.join(), group)
  }
  return [...groups.values()]
}
