/** The image for CPUs, built and run without Docker (image.ts, container.ts): the Dockerfile's own lines, on its base. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Container } from './container.js'
import { healthCommand, lastOf, readDockerfile } from './dockerfile.js'
import { freePort } from './free-port.js'
import { buildStages, cannotBuild, copyContext, layerOf } from './image.js'
import { missing, repository } from './tools.js'

const stages = readDockerfile(readFileSync(join(repository, 'Dockerfile'), 'utf8'))
const cpu = stages.find(({ name }) => name === 'cpu')
const absent = missing('baseImage') ?? cannotBuild()
if (!cpu) throw new Error('There is no stage cpu.')

describe.skipIf(absent)(`the image for CPUs${absent ? ` (${absent})` : ''}`, () => {
  let work = ''
  let app = ''
  const running: Container[] = []

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'reptile-image-'))
    copyContext(repository, readFileSync(join(repository, '.dockerignore'), 'utf8'), join(work, 'context'))
    await buildStages(stages, join(work, 'context'), work)
    app = join(layerOf(work, cpu.name), lastOf(cpu, 'WORKDIR'))
  }, 600_000)

  afterAll(async () => {
    for (const container of running) await container.kill()
    if (work !== '') rmSync(work, { recursive: true, force: true })
  })

  /** A volume as Docker makes it: a copy of what the image holds there, with its owner. */
  function newVolume(): string {
    const volume = mkdtempSync(join(work, 'volume-'))
    execFileSync('cp', ['-aT', join(layerOf(work, cpu?.name ?? ''), 'data'), volume])
    return volume
  }

  function start(volume: string, environment: Record<string, string>, ...words: string[]): Container {
    if (!cpu) throw new Error('There is no stage cpu.')
    const container = Container.run(cpu, work, volume, environment, words)
    running.push(container)
    return container
  }

  test('holds what runs and nothing that builds', () => {
    expect(readdirSync(app).sort()).toEqual(['dist', 'models', 'node_modules', 'openapi.yaml', 'package.json'])
    const { devDependencies, dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
    const packages = (names: object) => Object.keys(names).filter((name) => existsSync(join(app, 'node_modules', name)))
    expect(packages(devDependencies)).toEqual([])
    expect(packages(dependencies)).toEqual(Object.keys(dependencies))
    expect(packages({ '@tensorflow/tfjs-node-gpu': '' })).toEqual([])
    expect(readdirSync(join(app, 'dist')).filter((file) => !/\.js$|^[a-z]+$/.test(file))).toEqual([])
  })

  test('is of a size that one can move about', () => {
    const kibibytes = Number(execFileSync('du', ['-sk', app], { encoding: 'utf8' }).split('\t')[0])
    console.info(`On top of the base image: ${Math.round(kibibytes / 1024)} MiB`)
    expect(kibibytes).toBeLessThan(220 * 1024)
  })

  test('holds no compiler and no npm', async () => {
    const container = start(newVolume(), { PORT: '0' })
    await container.started()
    const find = 'for name in gcc cc g++ make python3 npm npx corepack yarn; do command -v $name; done; true'
    expect(container.exec(['sh', '-c', find])).toEqual({ code: 0, output: '' })
    await container.kill()
  })

  test('prints its settings', async () => {
    const { code, output } = await start(newVolume(), {}, '--help').ended()
    expect(code).toBe(0)
    expect(output).toContain('  PORT=8080\n')
  })

  test('adapts, predicts, keeps its volume, is backed up, and stops on SIGTERM', { timeout: 120_000 }, async () => {
    const volume = newVolume()
    const port = await freePort()
    const base = `http://127.0.0.1:${port}`
    const settings = { PORT: String(port), HOST: '127.0.0.1', WORKERS: '1' }

    const first = start(volume, settings)
    await ready(base, first)
    expect(first.exec(healthCommand(cpu))).toEqual({ code: 0, output: '' })
    expect(first.exec(['env', 'PORT=1', ...healthCommand(cpu)])).toEqual({ code: 1, output: '' })
    const sample = async (name: string) => (await fetch(`${base}/samples/${name}.json`)).text()
    expect((await post(`${base}/adapt`, await sample('adapt'))).status).toBe(201)
    const answer = await post(`${base}/predict`, await sample('predict'))
    expect(answer.status).toBe(200)
    const predictions = await predictionsIn(answer)
    expect((await fetch(`${base}/openapi.yaml`)).status).toBe(200)
    expect((await fetch(`${base}/docs`)).status).toBe(200)
    expect(first.exec(backupCommand())).toEqual({ code: 0, output: '' })
    expect((await first.stop()).code, first.output).toBe(0)

    const restored = newVolume()
    execFileSync('cp', ['-a', join(volume, 'backup/data.mdb'), restored])
    for (const kept of [volume, restored]) {
      const second = start(kept, settings)
      await ready(base, second)
      const later = await post(`${base}/predict`, await sample('predict'))
      expect(later.status).toBe(200)
      expect(await predictionsIn(later)).toEqual(predictions)
      expect((await second.stop()).code, second.output).toBe(0)
    }
  })

  test('can write to its volume and to /tmp, and nowhere else', { timeout: 60_000 }, async () => {
    const port = await freePort()
    const container = start(newVolume(), { PORT: String(port), HOST: '127.0.0.1', WORKERS: '1' })
    await ready(`http://127.0.0.1:${port}`, container)
    const write = (folder: string) => container.exec(['sh', '-c', `echo x > ${folder}/x`]).code
    expect(['/data', '/tmp'].map(write)).toEqual([0, 0])
    expect(['/app', '/app/dist', '/app/models', '/', '/etc', '/home', '/var/tmp'].map(write)).not.toContain(0)
    expect(container.exec(['id', '-u']).output).toBe('10001\n')
    expect(container.exec(['grep', 'CapBnd', '/proc/1/status']).output).toBe('CapBnd:\t0000000000000000\n')
    // The code is root's, so that not even a writable root would let the server change itself.
    expect(
      execFileSync('find', [app, '!', '-user', 'root', '-o', '-perm', '/022', '!', '-type', 'l'], { encoding: 'utf8' }),
    ).toBe('')
    expect((await container.stop()).code).toBe(0)
  })

  test('is told to stop while it starts, and does', { timeout: 30_000 }, async () => {
    const port = await freePort()
    const container = start(newVolume(), { PORT: String(port), HOST: '127.0.0.1', WORKERS: '1' })
    await answers(`http://127.0.0.1:${port}/livez`, container)
    // Process 1 has no default for signals: one that nobody listens for is lost.
    expect((await container.stop()).code, container.output).toBe(0)
  })

  test('says why it cannot start', async () => {
    const { code, output } = await start(newVolume(), { PORT: 'x' }).ended()
    expect({ code, output }).toEqual({ code: 1, output: 'PORT is "x", set it to a whole number from 0 to 65535.\n' })
  })
})

/** As docs/deploy.md has it, so that it is true. */
function backupCommand(): string[] {
  const text = readFileSync(join(repository, 'docs/deploy.md'), 'utf8')
  const program = /docker exec reptile node -e "(.*)"$/m.exec(text)?.[1]
  if (program === undefined) throw new Error('docs/deploy.md has no backup command.')
  return ['node', '-e', program]
}

function post(url: string, body: string): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

async function predictionsIn(answer: Response): Promise<unknown> {
  const body: unknown = await answer.json()
  return typeof body === 'object' && body !== null && 'predictions' in body ? body.predictions : undefined
}

const ready = (base: string, container: Container) => answers(`${base}/readyz`, container)

/** Resolves when it says yes; throws what was printed where it does not within a minute. */
async function answers(url: string, container: Container): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200) return
    await setTimeout(20)
  }
  throw new Error(`No yes from ${url} after a minute:\n${container.output}`)
}
