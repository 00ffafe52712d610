/** Proves an installation in a process of its own: a library that does not fit ends the process that loads it. */
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Ended, runCommand } from './command.js'
import type { PackageFolder } from './package-folder.js'
import type { Variant } from './pins.js'
import { inScratch } from './scratch.js'
import { SetupError } from './setup-error.js'
import { writeSmallGraph } from './small-graph.js'
import type { Surroundings } from './surroundings.js'

const tryOut = fileURLToPath(new URL('./try-out.mjs', import.meta.url))

/** What is said of it, line by line; throws where it does not run. */
export async function verify(folder: PackageFolder, variant: Variant, around: Surroundings): Promise<string[]> {
  return inScratch(tmpdir(), 'reptile-serve', async (graph) => {
    writeSmallGraph(graph)
    return said(folder, graph, variant, around)
  })
}

async function said(folder: PackageFolder, graph: string, variant: Variant, around: Surroundings): Promise<string[]> {
  const ended = await runCommand(
    process.execPath,
    // Level 0, or the names of GPUs are not told.
    { args: [tryOut, folder.root, graph], env: { TF_CPP_MIN_LOG_LEVEL: '0', TF_FORCE_GPU_ALLOW_GROWTH: 'true' } },
    around,
  )
  const versions = /^(tensorflow \S+, tfjs \S+)\n(GPU|CPU)$/m.exec(ended.output)
  if (ended.code !== 0 || !versions) throw new SetupError(`TensorFlow does not run here: ${fault(ended)}`)
  const [, described = '', device] = versions
  return [`A small graph is computed: ${described}.`, devices(device === 'GPU', variant, ended)]
}

function devices(isOnGpu: boolean, variant: Variant, { errors }: Ended): string {
  const names = [...errors.matchAll(/Created device \S*GPU:\d+ .*?name: ([^,]+)/g)].map(([, name]) => name)
  if (isOnGpu) return `Devices: CPU and ${[...new Set(names)].join(', ') || 'GPU'}.`
  if (variant === 'cpu') return 'Devices: CPU.'
  if (/Cannot dlopen some GPU libraries/.test(errors))
    return 'Devices: CPU. There is a GPU, but its libraries cannot be loaded; TF_CPP_MIN_LOG_LEVEL=0 makes TensorFlow say which.'
  return 'Devices: CPU. No GPU is seen: this machine has none, or its NVIDIA driver is missing or too old for CUDA 12.'
}

function fault({ code, signal, errors }: Ended): string {
  if (signal === 'SIGILL') return 'the processor lacks an instruction (AVX) that its libraries use.'
  if (signal) return `the trial run was ended by ${signal}.`
  const said = /^(?:\w*Error|Fault): (.*)$/m.exec(errors)?.[1]
  return said ? `${said.replace(/\.$/, '')}.` : `the trial run ended with code ${code}.`
}
