/** The pinned wheels belong together. */
import { expect, test } from 'vitest'
import type { SourceFiles } from '../../src/setup/files/source-files.js'
import { allPins, pinned, tensorflowVersion } from '../../src/setup/pins.js'
import { checkCudaPins, requirementsOf } from '../../src/setup/requirements.js'
import { isFor, wheelName } from '../../src/setup/wheel-name.js'

// Out of METADATA of tensorflow 2.21.0.
const metadata = `Requires-Dist: grpcio<2.0,>=1.24.3
Provides-Extra: and-cuda
Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"
Requires-Dist: nvidia-cuda-cupti-cu12<13.0,>=12.5.82; extra == "and-cuda"
Requires-Dist: nvidia-cuda-nvcc-cu12<13.0,>=12.5.82; extra == "and-cuda"
Requires-Dist: nvidia-cuda-nvrtc-cu12<13.0,>=12.5.82; extra == "and-cuda"
Requires-Dist: nvidia-cuda-runtime-cu12<13.0,>=12.5.82; extra == "and-cuda"
Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"
Requires-Dist: nvidia-cufft-cu12<12.0,>=11.2.3.61; extra == "and-cuda"
Requires-Dist: nvidia-curand-cu12<11.0,>=10.3.6.82; extra == "and-cuda"
Requires-Dist: nvidia-cusolver-cu12<12.0,>=11.6.3.83; extra == "and-cuda"
Requires-Dist: nvidia-cusparse-cu12<13.0,>=12.5.1.3; extra == "and-cuda"
Requires-Dist: nvidia-nccl-cu12<3.0,>=2.27.7; extra == "and-cuda"
Requires-Dist: nvidia-nvjitlink-cu12<13.0,>=12.5.82; extra == "and-cuda"
Provides-Extra: gcs-filesystem
Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; (sys_platform != "win32" and python_version < "3.13") and extra == "gcs-filesystem"
`

const described: SourceFiles = {
  title: 'tensorflow',
  list: async () => [{ name: 'tensorflow-2.21.0.dist-info/METADATA', bytes: metadata.length }],
  text: async () => metadata,
  copy: async () => {},
  close: () => {},
}

test('every library that TensorFlow asks for is pinned, in a version it accepts, and none besides', async () => {
  const pins = pinned('x64', 'cuda')?.cuda ?? []
  await checkCudaPins(described, pins)
  const projects = requirementsOf(metadata, 'and-cuda').map(({ project }) => project)
  expect(pins.map(({ file }) => wheelName(file)?.project).sort()).toEqual(projects.sort())
})

test('a library less is noticed', async () => {
  const pins = pinned('x64', 'cuda')?.cuda.slice(1) ?? []
  await expect(checkCudaPins(described, pins)).rejects.toThrow('needs nvidia-cublas-cu12 <13.0,>=12.5.3.2 and none is')
})

test('requirements in the older notation, with brackets, are read, too', () => {
  expect(requirementsOf('Requires-Dist: nvidia-nccl-cu12 (>=2.1) ; extra == "and-cuda"', 'and-cuda')).toEqual([
    { project: 'nvidia-nccl-cu12', versions: '>=2.1' },
  ])
})

test('names, hashes and sizes are well formed', () => {
  for (const { file, sha256, bytes } of allPins) {
    expect(wheelName(file), file).toBeDefined()
    expect(sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(bytes).toBeGreaterThan(1e6)
  }
})

test.each(['x64', 'arm64'] as const)('on %s there is TensorFlow for its processor', (processor) => {
  const name = wheelName(pinned(processor, 'cpu')?.tensorflow.file ?? '')
  expect(name?.version).toBe(tensorflowVersion)
  expect(name && isFor(processor, name)).toBe(true)
})
