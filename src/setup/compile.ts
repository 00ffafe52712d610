/** The package's binding, compiled from its own sources with one command. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { firstError, runCommand } from './command.js'
import { libraries } from './needed-files.js'
import { nodeHeaders, type PackageFolder } from './package-folder.js'
import { SetupError } from './setup-error.js'
import type { Surroundings } from './surroundings.js'

const compiler = 'g++'

/** As node-gyp would with the package's binding.gyp, but against TensorFlow's C++ library, which holds its C interface. */
function flags({ napi, binding, deps }: PackageFolder): string[] {
  return [
    ...['-shared', '-fPIC', '-O2', '-std=gnu++17', '-fno-exceptions', '-fno-rtti'],
    ...[`-DNAPI_VERSION=${napi}`, '-DBUILDING_NODE_EXTENSION', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
    // Relative, so that node_modules can be copied into an image.
    `-Wl,-rpath,$ORIGIN/${relative(dirname(binding), join(deps, 'lib'))}`,
  ]
}

/** Asked for early: it would be a pity to download for minutes first. */
export async function requireCompiler(around: Surroundings): Promise<void> {
  nodeHeaders()
  const { code } = await runCommand(compiler, { args: ['--version'] }, around)
  if (code !== 0) throw new SetupError(`The compiler ${compiler} is missing: apt-get install g++.`)
}

/** `deps`: with lib and include, wherever it lies for now. */
export async function compileBinding(
  folder: PackageFolder,
  deps: string,
  target: string,
  around: Surroundings,
): Promise<void> {
  mkdirSync(dirname(target), { recursive: true })
  const args = [
    ...flags(folder),
    ...['-I', join(deps, 'include'), '-I', nodeHeaders()],
    ...sources(folder).filter((file) => file.endsWith('.cc')),
    ...['-L', join(deps, 'lib'), ...libraries.map((library) => `-l:${library}`)],
    ...['-o', target],
  ]
  const ended = await runCommand(compiler, { args, cwd: folder.root }, around)
  if (ended.code !== 0)
    throw new SetupError(
      `${compiler} could not compile the binding of ${folder.root}: ${firstError(ended)} (with Debian: apt-get install g++ libc6-dev).`,
    )
}

/** Changes with anything that the compiled file is made of, apart from TensorFlow. */
export function bindingInputs(folder: PackageFolder): string {
  const hash = createHash('sha256').update(JSON.stringify([folder.version, flags(folder)]))
  for (const file of [...sources(folder), join(nodeHeaders(), 'node_api.h')])
    hash.update(readFileSync(join(file.startsWith('/') ? '' : folder.root, file)))
  return hash.digest('hex')
}

/** Relative to the package, which keeps our paths out of the compiled file. */
function sources({ root }: PackageFolder): string[] {
  return readdirSync(join(root, 'binding'))
    .filter((file) => /\.(cc|h)$/.test(file))
    .sort()
    .map((file) => join('binding', file))
}
