/** What is missing or wrong is said in one sentence that says how to mend it. */
import { describe, expect, test } from 'vitest'
import { install } from '../../src/setup/install.js'
import type { Asked } from '../../src/setup/origin.js'
import { PackageFolder } from '../../src/setup/package-folder.js'
import { pinned } from '../../src/setup/pins.js'
import { supportedProcessor } from '../../src/setup/platform.js'
import { inOneSentence, SetupError } from '../../src/setup/setup-error.js'
import { requireSpace } from '../../src/setup/sizes.js'
import { WheelCache } from '../../src/setup/wheel-cache.js'
import { compilers, MadeProject, pythons } from './made-package.js'
import { cpuWheel, cudaFiles, gpuWheel, makeWheel, tensorflowFiles } from './made-wheel.js'
import { SetupProcess } from './setup-process.js'

async function refusal(made: MadeProject, asked: Asked, processor: 'x64' | 'arm64' = 'x64'): Promise<string> {
  const cache = new WheelCache(made.cache, made.around)
  const error: unknown = await install(made.package, asked, processor, cache, made.around).catch((fault) => fault)
  expect(error).toBeInstanceOf(SetupError)
  expect(made.installed()).toEqual([])
  return inOneSentence(error) ?? ''
}

describe('a missing program', () => {
  test.each([
    ['Python', {}, /^Python 3 with pip is missing.*apt-get install python3-pip.*--wheel/],
    ['pip', { python: pythons.withoutPip }, /^Python's pip is missing.*apt-get install python3-pip/],
    [
      'an index',
      { python: pythons.offline },
      /^pip could not download tensorflow_cpu-.*: No matching distribution found\./,
    ],
  ])('%s', async (_, tools, sentence) => {
    const made = new MadeProject()
    made.tools({ compiler: compilers.good, ...tools })
    expect(await refusal(made, { variant: 'cpu' })).toMatch(sentence)
  })

  test('the compiler, before anything is downloaded', async () => {
    const made = new MadeProject()
    made.tools({ python: pythons.good })
    expect(await refusal(made, { variant: 'cpu' })).toBe('The compiler g++ is missing: apt-get install g++.')
    expect(made.said).toEqual([])
  })

  test('headers of the system', async () => {
    const made = new MadeProject()
    made.tools({ compiler: compilers.bad })
    const wheel = await makeWheel(made.root, cpuWheel, tensorflowFiles())
    expect(await refusal(made, { variant: 'cpu', wheel })).toContain(
      ': binding/tfjs_backend.cc:30:10: fatal error: no such header (with Debian: apt-get install',
    )
  })

  test('the npm package', () => {
    expect(() => PackageFolder.find('/')).toThrow(
      '@tensorflow/tfjs-node-gpu is not installed: run npm ci without --omit=optional.',
    )
  })
})

describe('a wheel', () => {
  const none = 'There is no file'
  test.each([
    ['that is not there', undefined, cpuWheel, 'cpu', none],
    ['of another project', {}, 'numpy-2.0.0-cp311-cp311-manylinux_2_27_x86_64.whl', 'cpu', 'no wheel of tensorflow'],
    ['without a name', {}, 'tf.whl', 'cpu', 'no wheel of tensorflow'],
    [
      'for another processor',
      {},
      'tensorflow-2.99.0-cp311-cp311-manylinux_2_27_aarch64.whl',
      'cpu',
      'not for Linux on',
    ],
    ['for another system', {}, 'tensorflow-2.99.0-cp311-cp311-win_amd64.whl', 'cpu', 'not for Linux on'],
    ['without GPU support by its name', {}, cpuWheel, 'cuda', 'has no GPU support'],
    ['without GPU support by its content', tensorflowFiles(), gpuWheel, 'cuda', 'it has no GPU support'],
    ['of something else', { 'tensorflow/__init__.py': '' }, cpuWheel, 'cpu', 'has no libtensorflow_cc.so.2'],
    ['with a pinned name', tensorflowFiles(), pinned('x64', 'cpu')?.tensorflow.file ?? '', 'cpu', 'SHA-256 is another'],
  ] as const)('%s', async (_, contents, file, variant, sentence) => {
    const made = new MadeProject()
    if (contents) await makeWheel(made.root, file, contents)
    expect(await refusal(made, { variant, wheel: `${made.root}/${file}` })).toContain(sentence)
  })

  test('that is cut short', async () => {
    const made = new MadeProject()
    const wheel = made.write(cpuWheel, 'PK and then nothing')
    expect(await refusal(made, { variant: 'cpu', wheel })).toMatch(/cannot be read as a wheel.*: fetch it again\.$/)
  })

  test('that wants newer CUDA libraries than are pinned', async () => {
    const made = new MadeProject()
    const metadata = 'Requires-Dist: nvidia-nccl-cu12<4.0,>=3.0; extra == "and-cuda"\n'
    const wheel = await makeWheel(made.root, gpuWheel, {
      ...tensorflowFiles(),
      'tensorflow-2.99.0.dist-info/METADATA': metadata,
    })
    expect(await refusal(made, { variant: 'cuda', wheel })).toMatch(
      /needs nvidia-nccl-cu12 <4\.0,>=3\.0 and 2\.\d.* is pinned/,
    )
  })
})

describe('a folder', () => {
  test('without TensorFlow', async () => {
    const made = new MadeProject()
    expect(await refusal(made, { variant: 'cpu', from: made.folder('empty') })).toMatch(
      /^There is no libtensorflow_cc\.so\.2 in /,
    )
  })

  test('without CUDA libraries', async () => {
    const made = new MadeProject()
    for (const [name, text] of Object.entries(tensorflowFiles())) made.write(`site/${name}`, text)
    expect(await refusal(made, { variant: 'cuda', from: made.folder('site') })).toContain('has no CUDA libraries')
  })

  test('whose CUDA libraries are headers only', async () => {
    const made = new MadeProject()
    const headers = Object.entries(cudaFiles).filter(([, text]) => text === 'not needed')
    for (const [name, text] of [...Object.entries(tensorflowFiles()), ...headers]) made.write(`site/${name}`, text)
    expect(await refusal(made, { variant: 'cuda', from: made.folder('site') })).toContain('has no CUDA libraries')
  })
})

describe('a machine', () => {
  test('with a processor for which there is no CUDA', async () => {
    expect(await refusal(new MadeProject(), { variant: 'cuda' }, 'arm64')).toContain(
      'published with CUDA for x64 processors only',
    )
  })

  test.each([
    ['darwin', 'arm64', undefined, /Linux with an x64 or arm64 processor only, and this is darwin arm64/],
    ['linux', 'ia32', '2.36', /this is linux ia32/],
    ['linux', 'x64', undefined, /needs glibc 2\.27 or newer.*another C library/],
    ['linux', 'x64', '2.17', /here is glibc 2\.17/],
  ])('%s %s with glibc %s', (system, processor, glibc, sentence) => {
    expect(() => supportedProcessor({ system, processor, glibc })).toThrow(sentence)
  })

  test.each(['2.27', '2.36', '3.0'])('but glibc %s will do', (glibc) => {
    expect(supportedProcessor({ system: 'linux', processor: 'arm64', glibc })).toBe('arm64')
  })

  test('with a full disk', async () => {
    const made = new MadeProject()
    await expect(requireSpace(made.cache, 1e18)).rejects.toThrow(
      / needs 1000000000\.0 GB of disk space and .* are free/,
    )
  })

  test('whose folder may not be written', () => {
    const error = Object.assign(new Error("EROFS: read-only file system, mkdir 'x'"), { code: 'EROFS' })
    expect(inOneSentence(error)).toBe("The file system is read-only: EROFS: read-only file system, mkdir 'x'.")
    expect(inOneSentence(new Error('a mistake of ours'))).toBeUndefined()
  })
})

describe('the command', () => {
  test('says one sentence and ends with 1', async () => {
    const made = new MadeProject()
    made.tools({})
    expect(await new SetupProcess(made.root, made.env, '--cpu').ended()).toEqual({
      code: 1,
      output: '',
      errors: 'The compiler g++ is missing: apt-get install g++.\n',
    })
  })

  test.each([
    [['--cpu', '--cuda'], "Option '--cuda' cannot be used with option '--cpu' (--help shows what there is)\n"],
    [
      ['--from', 'a', '--wheel', 'b'],
      "Option '--from <folder>' cannot be used with option '--wheel <file>' (--help shows what there is)\n",
    ],
    [['--gpu'], "Unknown option '--gpu' (Did you mean --cpu?) (--help shows what there is)\n"],
  ])('refuses %s', async (argv, errors) => {
    const made = new MadeProject()
    expect(await new SetupProcess(made.root, made.env, ...argv).ended()).toEqual({ code: 1, output: '', errors })
  })
})
