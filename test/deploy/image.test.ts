/** The images, built and run without Docker (image.ts, container.ts): the Dockerfile's own lines, on its base. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pinned } from '../../src/setup/pins.js'
import { supportedProcessor, thisPlatform } from '../../src/setup/platform.js'
import { cacheFolder } from '../../src/setup/wheel-cache.js'
import { BuiltImage } from './built-image.js'
import { healthCommand, readDockerfile, stageOf } from './dockerfile.js'
import { freePort } from './free-port.js'
import { buildStages, cannotBuild, copyContext } from './image.js'
import { answers, listeningOn, postSample, predictionsIn, ready } from './served.js'
import { missing, repository } from './tools.js'

const stages = readDockerfile(readFileSync(join(repository, 'Dockerfile'), 'utf8'))
const ofCpu = stages.filter(({ name }) => ['packages', 'build', 'server', 'cpu'].includes(name))
const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(repository, 'package.json'), 'utf8'),
)
const absent = missing('baseImage') ?? cannotBuild()

describe.skipIf(absent)(`the images${absent ? ` (${absent})` : ''}`, () => {
  let work = ''
  let cpu: BuiltImage
  let cuda: BuiltImage

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'reptile-image-'))
    const context = join(work, 'context')
    copyContext(repository, readFileSync(join(repository, '.dockerignore'), 'utf8'), context)
    await buildStages(ofCpu, { context, work })
    cpu = new BuiltImage(stageOf(stages, 'cpu'), work)
    cuda = new BuiltImage(stageOf(stages, 'cuda'), work)
  }, 600_000)

  afterAll(async () => {
    await cpu?.close()
    await cuda?.close()
    if (work !== '') rmSync(work, { recursive: true, force: true })
  })

  describe('for CPUs', () => {
    test('holds what runs and nothing that builds', () => {
      expect(readdirSync(cpu.app).sort()).toEqual(['dist', 'models', 'node_modules', 'openapi.yaml', 'package.json'])
      expect(installed(cpu, devDependencies)).toEqual([])
      expect(installed(cpu, dependencies)).toEqual(Object.keys(dependencies))
      expect(installed(cpu, optionalDependencies)).toEqual([])
      expect(readdirSync(join(cpu.app, 'dist')).filter((file) => !/\.js$|^[a-z]+$/.test(file))).toEqual([])
    })

    test('is of a size that one can move about', () => {
      console.info(`On top of the base image: ${Math.round(cpu.mebibytes())} MiB`)
      expect(cpu.mebibytes()).toBeLessThan(220)
    })

    test('holds no compiler and no npm', async () => {
      expect(await cpu.toolsInside()).toBe('')
    })

    test('prints its settings', async () => {
      const { code, output } = await cpu.start(cpu.newVolume(), {}, '--help').ended()
      expect(code).toBe(0)
      expect(output).toContain('  PORT=8080\n')
    })

    test('adapts, predicts, keeps its volume, is backed up, and stops on SIGTERM', { timeout: 120_000 }, async () => {
      const volume = cpu.newVolume()
      const { base, settings } = listeningOn(await freePort())

      const first = cpu.start(volume, settings)
      await ready(base, first)
      expect(first.exec(healthCommand(cpu.stage))).toEqual({ code: 0, output: '' })
      expect(first.exec(['env', 'PORT=1', ...healthCommand(cpu.stage)])).toEqual({ code: 1, output: '' })
      expect((await postSample(base, 'adapt')).status).toBe(201)
      const answer = await postSample(base, 'predict')
      expect(answer.status).toBe(200)
      const predictions = await predictionsIn(answer)
      expect((await fetch(`${base}/openapi.yaml`)).status).toBe(200)
      expect((await fetch(`${base}/docs`)).status).toBe(200)
      expect(first.exec(backupCommand())).toEqual({ code: 0, output: '' })
      expect((await first.stop()).code, first.output).toBe(0)

      const restored = cpu.newVolume()
      execFileSync('cp', ['-a', join(volume, 'backup/data.mdb'), restored])
      for (const kept of [volume, restored]) {
        const second = cpu.start(kept, settings)
        await ready(base, second)
        const later = await postSample(base, 'predict')
        expect(later.status).toBe(200)
        expect(await predictionsIn(later)).toEqual(predictions)
        expect((await second.stop()).code, second.output).toBe(0)
      }
    })

    test('can write to its volume and to /tmp, and nowhere else', { timeout: 60_000 }, async () => {
      const { base, settings } = listeningOn(await freePort())
      const container = cpu.start(cpu.newVolume(), settings)
      await ready(base, container)
      const write = (folder: string) => container.exec(['sh', '-c', `echo x > ${folder}/x`]).code
      expect(['/data', '/tmp'].map(write)).toEqual([0, 0])
      expect(['/app', '/app/dist', '/app/models', '/', '/etc', '/home', '/var/tmp'].map(write)).not.toContain(0)
      expect(container.exec(['id', '-u']).output).toBe('10001\n')
      expect(container.exec(['grep', 'CapBnd', '/proc/1/status']).output).toBe('CapBnd:\t0000000000000000\n')
      expect(cpu.changeable()).toBe('')
      expect((await container.stop()).code).toBe(0)
    })

    test('is told to stop while it starts, and does', { timeout: 30_000 }, async () => {
      const { base, settings } = listeningOn(await freePort())
      const container = cpu.start(cpu.newVolume(), settings)
      await answers(`${base}/livez`, container)
      // Process 1 has no default for signals: one that nobody listens for is lost.
      expect((await container.stop()).code, container.output).toBe(0)
    })

    test('says why it cannot start', async () => {
      const { code, output } = await cpu.start(cpu.newVolume(), { PORT: 'x' }).ended()
      expect({ code, output }).toEqual({ code: 1, output: 'PORT is "x", set it to a whole number from 0 to 65535.\n' })
    })
  })

  /** Without the CUDA libraries, 3.4 GB to fetch and 6 GB to unpack twice: their setup is that of a few files more. */
  const unfetched = absent ?? wheelMissing()
  describe.skipIf(unfetched)(`for GPUs, with TensorFlow for CPUs${unfetched ? ` (${unfetched})` : ''}`, () => {
    beforeAll(async () => {
      await buildStages(stages, {
        context: join(work, 'context'),
        work,
        arguments: { TENSORFLOW: 'cpu' },
        caches: { '/root/.cache/reptile-serve': cacheFolder(process.env) },
      })
    }, 600_000)

    const tfjs = 'node_modules/@tensorflow/tfjs-node-gpu'

    test('holds what the other does and TensorFlow', () => {
      expect(readdirSync(cuda.app)).toEqual(readdirSync(cpu.app))
      // Types are among the dependencies of TensorFlow's own packages.
      expect(installed(cuda, devDependencies).filter((name) => !name.startsWith('@types/'))).toEqual([])
      expect(installed(cuda, dependencies)).toEqual(Object.keys(dependencies))
      expect(installed(cuda, optionalDependencies)).toEqual(Object.keys(optionalDependencies))
      expect(readdirSync(join(cuda.app, tfjs, 'deps')).sort()).toEqual([
        'include',
        'lib',
        'licences',
        'reptile-serve.json',
      ])
      const beside = cuda.mebibytes() - cuda.mebibytes(`${tfjs}/deps`)
      console.info(`On top of the base image, apart from TensorFlow's libraries: ${Math.round(beside)} MiB`)
      expect(beside).toBeLessThan(320)
    })

    test('holds no compiler, no Python and no npm', async () => {
      expect(await cuda.toolsInside()).toBe('')
      expect(cuda.changeable()).toBe('')
    })

    test('does not start without a GPU, and says what to do', async () => {
      const { code, output } = await cuda.start(cuda.newVolume(), {}).ended()
      expect(code).toBe(1)
      expect(output).toMatch(/^DEVICE=gpu, but TensorFlow 2\.\d+\.\d+ sees no GPU: look whether nvidia-smi shows one/m)
    })

    test('adapts and predicts on a CPU where that is allowed, and compiles once', { timeout: 240_000 }, async () => {
      const volume = cuda.newVolume()
      // One small model: what the first start takes is compiling.
      cpSync(join(repository, 'models/sine-mlp'), join(volume, 'models/sine-mlp'), { recursive: true })
      const { base, settings } = listeningOn(await freePort())
      const all = { ...settings, DEVICE: 'auto', MODELS_DIR: '/data/models', DEFAULT_MODEL: 'sine-mlp' }

      const first = cuda.start(volume, all)
      await answers(`${base}/livez`, first)
      expect(first.exec(healthCommand(cuda.stage)), 'healthy while it compiles').toEqual({ code: 0, output: '' })
      await ready(base, first)
      expect(first.output).toMatch(/"engine":"tensorflow","device":"cpu"/)
      expect((await postSample(base, 'adapt')).status).toBe(201)
      const predictions = await predictionsIn(await postSample(base, 'predict'))
      expect(predictions).toHaveLength(3)
      expect(first.exec(['ls', '-A', '/tmp']), 'graphs are removed when they are loaded').toEqual({
        code: 0,
        output: '',
      })
      expect((await first.stop()).code, first.output).toBe(0)
      const compiled = filesBelow(join(volume, 'compiled'))
      expect(compiled.length).toBeGreaterThan(0)

      const second = cuda.start(volume, all)
      await ready(base, second)
      expect(await predictionsIn(await postSample(base, 'predict'))).toEqual(predictions)
      expect((await second.stop()).code, second.output).toBe(0)
      expect(filesBelow(join(volume, 'compiled'))).toEqual(compiled)
    })
  })
})

function installed({ app }: BuiltImage, packages: object): string[] {
  return Object.keys(packages).filter((name) => existsSync(join(app, 'node_modules', name)))
}

/** Downloading is for those who set TensorFlow up, not for a test. */
function wheelMissing(): string | undefined {
  const wheel = pinned(supportedProcessor(thisPlatform()), 'cpu')?.tensorflow.file ?? ''
  return existsSync(join(cacheFolder(process.env), wheel))
    ? undefined
    : `There is no ${wheel}: npm run setup:tensorflow.`
}

/** Names and times of change. */
function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return names.map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`)
}

/** As docs/deploy.md has it, so that it is true. */
function backupCommand(): string[] {
  const text = readFileSync(join(repository, 'docs/deploy.md'), 'utf8')
  const program = /docker exec reptile node -e "(.*)"$/m.exec(text)?.[1]
  if (program === undefined) throw new Error('docs/deploy.md has no backup command.')
  return ['node', '-e', program]
}
