/** The Dockerfile as text: what a linter says, what we ask of it, and what its context holds. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.js'
import { contextFiles, ignored } from './docker-ignore.js'
import { execForm, healthCommand, lastOf, pairsOf, readDockerfile, shellForm, stageOf } from './dockerfile.js'
import { missing, repository, tools } from './tools.js'

const text = readFileSync(join(repository, 'Dockerfile'), 'utf8')
const ignoreFile = readFileSync(join(repository, '.dockerignore'), 'utf8')
const stages = readDockerfile(text)

const absent = missing('hadolint')

test('hadolint finds nothing', (context) => {
  if (absent) return context.skip(absent)
  expect(execFileSync(tools.hadolint, ['--no-color', 'Dockerfile'], { cwd: repository, encoding: 'utf8' })).toBe('')
})

test('hadolint would find something', (context) => {
  if (absent) return context.skip(absent)
  expect(() => execFileSync(tools.hadolint, ['-'], { input: 'FROM node\nRUN apt-get install curl\n' })).toThrow()
})

test('everything starts from one exact version of a named Debian', () => {
  for (const { base } of stages) expect(base).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/)
  expect(new Set(stages.map(({ base }) => base)).size).toBe(1)
})

describe.each(['cpu', 'cuda'])('the image %s', (name) => {
  const image = stageOf(stages, name)

  test('runs as a user of its own, by number', () => {
    expect(lastOf(image, 'USER')).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/)
  })

  test('starts node without a shell, so that signals reach it', () => {
    expect(execForm(lastOf(image, 'ENTRYPOINT'))).toEqual(['node', '--single-threaded-gc', 'dist/main.js'])
    expect(lastOf(image, 'STOPSIGNAL')).toBe('SIGTERM')
  })

  test('asks for its health with what it has', () => {
    expect(healthCommand(image)[0]).toBe('node')
    expect(readFileSync(join(repository, 'openapi.yaml'), 'utf8')).toContain('\n  /livez:\n')
    expect(healthCommand(image).join(' ')).toContain('/livez')
  })

  test('agrees with the settings', () => {
    const config = readConfig({})
    expect(Number(lastOf(image, 'EXPOSE'))).toBe(config.PORT)
    const environment = pairsOf(image, 'ENV')
    expect(environment.NODE_ENV).toBe('production')
    expect(readConfig(environment).DATA_DIR).toBe(lastOf(image, 'VOLUME'))
  })

  test('copies what changes with our source after what does not', () => {
    const copied = image.instructions.filter(({ keyword }) => keyword === 'COPY').map(({ text }) => text)
    const first = copied.findIndex((text) => text.includes('/dist ') || !text.startsWith('--from='))
    expect(copied.slice(0, first).join('\n')).toMatch(/node_modules$/)
    expect(copied.slice(first).join('\n')).not.toMatch(/node_modules|deps/)
  })
})

describe('the image cuda', () => {
  const environment = pairsOf(stageOf(stages, 'cuda'), 'ENV')

  test('computes on a GPU unless it is told otherwise', () => {
    expect(readConfig(environment)).toMatchObject({ ENGINE: 'tensorflow', DEVICE: 'gpu' })
    expect(pairsOf(stageOf(stages, 'cpu'), 'ENV')).not.toHaveProperty('ENGINE')
  })

  test("asks NVIDIA's container toolkit for what computing needs", () => {
    expect(environment).toMatchObject({
      NVIDIA_VISIBLE_DEVICES: 'all',
      NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
    })
  })

  test('fetches what it is made of once, whatever changes in our source', () => {
    const { instructions } = stageOf(stages, 'tensorflow')
    const setup = instructions.findIndex(({ text }) => text.includes('setup:tensorflow'))
    expect(shellForm(instructions[setup]?.text ?? '').caches).toEqual(['/root/.cache/reptile-serve'])
    expect(instructions.slice(0, setup).map(({ text }) => text)).not.toContain('src ./src')
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
  for (const text of ['--mount=type=secret,id=x y', '--network=none y', '["y"]'])
    expect(() => shellForm(text), text).toThrow()
})
