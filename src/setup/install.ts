/** Everything in its order: what is there, what is missing, fetch, unpack, compile, prove. */
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compileBinding, requireCompiler } from './compile.js'
import type { SourceFiles } from './files/source-files.js'
import { type NeededFile, neededOfCuda, neededOfTensorflow } from './needed-files.js'
import { type Asked, findSource, type Source } from './origin.js'
import type { PackageFolder } from './package-folder.js'
import type { Processor } from './pins.js'
import { inScratch } from './scratch.js'
import { requireSpace, sizeText } from './sizes.js'
import { isInstalled, writeStamp } from './stamp.js'
import type { Surroundings } from './surroundings.js'
import { verify } from './verify.js'
import type { WheelCache } from './wheel-cache.js'

/** The compiled binding and what a linker wants beside it. */
const bindingBytes = 10e6

export async function install(
  folder: PackageFolder,
  asked: Asked,
  processor: Processor,
  cache: WheelCache,
  around: Surroundings,
): Promise<void> {
  const source = await findSource(asked, processor, cache, around)
  const wanted = { variant: asked.variant, origin: source.origin }
  if (isInstalled(folder, wanted)) {
    around.say(`TensorFlow (${asked.variant}) is set up in ${folder.root} already; nothing to do.`)
    return
  }
  await requireCompiler(around)
  await inScratch(folder.root, 'deps', async (scratch) => {
    await unpack(source, asked, scratch, around)
    around.say('Compiling the binding of tfjs-node-gpu (about 15 seconds)')
    const binding = join(scratch, 'tfjs_binding.node')
    await compileBinding(folder, scratch, binding, around)
    around.signal.throwIfAborted()
    replace(folder, scratch)
  })
  await prove(folder, asked, around)
  writeStamp(folder, wanted)
  around.say(`TensorFlow (${asked.variant}) is set up in ${folder.root}.`)
}

async function unpack(source: Source, { variant }: Asked, scratch: string, around: Surroundings): Promise<void> {
  const { tensorflow, cuda } = await source.open()
  try {
    const files = await tensorflow.list()
    const parts: { from: SourceFiles; needed: NeededFile[] }[] = [
      { from: tensorflow, needed: neededOfTensorflow(files, tensorflow.title) },
    ]
    for (const from of cuda) parts.push({ from, needed: neededOfCuda(await from.list(), from.title) })
    const bytes = parts.flatMap(({ needed }) => needed).reduce((sum, { file }) => sum + file.bytes, 0)
    await requireSpace(scratch, bytes + bindingBytes)
    const what = variant === 'cuda' ? 'TensorFlow and the CUDA libraries' : 'TensorFlow'
    around.say(`Unpacking ${what} from ${tensorflow.title} (${sizeText(bytes)})`)
    for (const { from, needed } of parts)
      for (const { file, path } of needed) {
        const target = join(scratch, path)
        mkdirSync(dirname(target), { recursive: true })
        await from.copy(file, target, around.signal)
      }
  } finally {
    for (const files of [tensorflow, ...cuda]) files.close()
  }
}

/** In one go, without a moment in which an interrupt is heard. The old stamp is gone first. */
function replace(folder: PackageFolder, scratch: string): void {
  remove(folder)
  mkdirSync(dirname(folder.binding), { recursive: true })
  renameSync(join(scratch, 'tfjs_binding.node'), folder.binding)
  renameSync(scratch, folder.deps)
}

/** What does not run is not left for others to find. */
async function prove(folder: PackageFolder, { variant }: Asked, around: Surroundings): Promise<void> {
  try {
    for (const line of await verify(folder, variant, around)) around.say(line)
  } catch (error) {
    remove(folder)
    throw error
  }
}

function remove({ deps, binding }: PackageFolder): void {
  // Without its stamp it is not taken for whole, should this be cut short.
  rmSync(join(deps, 'reptile-serve.json'), { force: true })
  rmSync(deps, { recursive: true, force: true })
  rmSync(binding, { force: true })
}
