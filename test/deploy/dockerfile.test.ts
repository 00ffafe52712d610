/** The Dockerfile as text: what a linter says, what we ask of it, and what its context holds. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.js'
import { contextFiles, ignored } from './docker-ignore.js'
import { execForm, healthCommand, lastOf, pairsOf, readDockerfile, type Stage } from './dockerfile.js'
import { missing, repository, tools } from './tools.js'

const text = readFileSync(join(repository, 'Dockerfile'), 'utf8')
const ignoreFile = readFileSync(join(repository, '.dockerignore'), 'utf8')
const stages = readDockerfile(text)
const cpu = stageOf('cpu')

function stageOf(name: string): Stage {
  const stage = stages.find((one) => one.name === name)
  if (!stage) throw new Error(`There is no stage ${name}.`)
  return stage
}

const absent = missing('hadolint')

test('hadolint finds nothing', (context) => {
  if (absent) return context.skip(absent)
  expect(execFileSync(tools.hadolint, ['--no-color', 'Dockerfile'], { cwd: repository, encoding: 'utf8' })).toBe('')
})

test('hadolint would find something', (context) => {
  if (absent) return context.skip(absent)
  expect(() => execFileSync(tools.hadolint, ['-'], { input: 'FROM node\nRUN apt-get install curl\n' })).toThrow()
})

describe('the image', () => {
  test('starts from one exact version of a named Debian', () => {
    for (const { base } of stages) expect(base).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/)
    expect(new Set(stages.map(({ base }) => base)).size).toBe(1)
  })

  test('runs as a user of its own, by number', () => {
    expect(lastOf(cpu, 'USER')).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/)
  })

  test('starts node without a shell, so that signals reach it', () => {
    expect(execForm(lastOf(cpu, 'ENTRYPOINT'))).toEqual(['node', '--single-threaded-gc', 'dist/main.js'])
    expect(lastOf(cpu, 'STOPSIGNAL')).toBe('SIGTERM')
  })

  test('asks for its health with what it has', () => {
    expect(healthCommand(cpu)[0]).toBe('node')
    expect(readFileSync(join(repository, 'openapi.yaml'), 'utf8')).toContain('\n  /livez:\n')
    expect(healthCommand(cpu).join(' ')).toContain('/livez')
  })

  test('agrees with the settings', () => {
    const config = readConfig({})
    expect(Number(lastOf(cpu, 'EXPOSE'))).toBe(config.PORT)
    const environment = pairsOf(cpu, 'ENV')
    expect(environment.NODE_ENV).toBe('production')
    expect(readConfig(environment).DATA_DIR).toBe(lastOf(cpu, 'VOLUME'))
  })
})

describe('the context', () => {
  const files = contextFiles(repository, ignoreFile)

  test('holds what is copied, and little else', () => {
    const copied = stages
      .flatMap(({ instructions }) => instructions)
      .filter(({ keyword, text }) => keyword === 'COPY' && !text.includes('--from='))
      .flatMap(({ text }) => text.split(/\s+/).slice(0, -1))
    for (const source of copied) expect(existsSync(join(repository, source)), source).toBe(true)
    const isCopied = (file: string) => copied.some((source) => file === source || file.startsWith(`${source}/`))
    expect(files.filter((file) => !isCopied(file))).toEqual([])
    expect(files).toContain('src/main.ts')
    expect(files).toContain('models/omniglot-conv4/weights.safetensors')
  })

  test('holds no secrets, no history and nothing that was built', () => {
    expect(
      files.filter((file) =>
        /(^|\/)(\.git|\.env[^/]*|node_modules|dist|coverage|golden\.json)(\/|$)|^(data|runs)\//.test(file),
      ),
    ).toEqual([])
  })

  test('is read as Docker reads it', () => {
    const isIgnored = ignored('*\n!src\n!a/**/z.txt\nsrc/*/old\n# comment\n')
    const paths = [
      'x',
      '.env',
      'src/a.ts',
      'src/b/c.ts',
      'src/b/old/c.ts',
      'src/old',
      'a/b/c/z.txt',
      'a/z.txt',
      'a/y.txt',
    ]
    expect(paths.filter((path) => !isIgnored(path))).toEqual([
      'src/a.ts',
      'src/b/c.ts',
      'src/old',
      'a/b/c/z.txt',
      'a/z.txt',
    ])
  })
})

test('a Dockerfile that goes past what is understood here is refused', () => {
  for (const line of ['ADD x y', 'RUN <<EOF', 'run x', 'FROM x']) {
    expect(() => readDockerfile(`FROM node AS build\n${line}`), line).toThrow()
  }
})
