/** Of a wheel's twenty thousand files, those that run TensorFlow and compile its binding, and where they go. */
import type { SourceFile } from './files/source-files.js'
import { SetupError } from './setup-error.js'

export const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const

export interface NeededFile {
  readonly file: SourceFile
  /** Below the folder `deps` of the package. */
  readonly path: string
}

interface Rule {
  readonly name: RegExp
  readonly path: (...groups: string[]) => string
}

const ofTensorflow: readonly Rule[] = [
  { name: /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/, path: (library) => `lib/${library}` },
  // What binding/*.cc include, directly and through others.
  { name: /^tensorflow\/include\/(tensorflow\/c\/.+\.h)$/, path: (header) => `include/${header}` },
  { name: /^tensorflow\/include\/(xla\/tsl\/c\/.+\.h)$/, path: (header) => `include/${header}` },
  {
    name: /^tensorflow\/include\/((?:tensorflow\/core|tsl)\/platform\/ctstring(?:_internal)?\.h)$/,
    path: (header) => `include/${header}`,
  },
  {
    name: /^tensorflow\/(?:include\/)?(LICENSE|THIRD_PARTY_NOTICES\.txt)$/,
    path: (file) => `licences/tensorflow/${file}`,
  },
]

// The libraries of TensorFlow look for them at $ORIGIN/../nvidia/*/lib (their RUNPATH), and XLA for ptxas and libdevice at
// ../nvidia/cuda_nvcc from the library it is in. So the folder stands beside lib as it does beside tensorflow in Python.
const ofCuda: readonly Rule[] = [
  { name: /^nvidia\/(\w+\/(?:lib|bin|nvvm)\/.+)$/, path: (file) => `nvidia/${file}` },
  {
    name: /^(nvidia_\w+)-[^/]+\.dist-info\/(?:licenses\/)?(License\.txt)$/,
    path: (project, file) => `licences/${project}/${file}`,
  },
]

/** For linking programs, not for running them. */
const isLeftOut = (name: string): boolean => /\.(a|py|h)$/.test(name)

export function neededOfTensorflow(files: readonly SourceFile[], title: string): NeededFile[] {
  const needed = matching(files, ofTensorflow)
  for (const path of [...libraries.map((library) => `lib/${library}`), 'include/tensorflow/c/c_api.h'])
    if (!needed.some((one) => one.path === path))
      throw new SetupError(`${title} has no ${path.replace(/^.*\//, '')}: it is not TensorFlow 2 for Linux.`)
  return needed
}

export function neededOfCuda(files: readonly SourceFile[], title: string): NeededFile[] {
  const needed = matching(
    files.filter(({ name }) => !isLeftOut(name)),
    ofCuda,
  )
  if (!needed.some(({ path }) => path.startsWith('nvidia/')))
    throw new SetupError(`${title} has no CUDA libraries (nvidia/*/lib): leave --cuda away, or take the wheels.`)
  return needed
}

function matching(files: readonly SourceFile[], rules: readonly Rule[]): NeededFile[] {
  return files.flatMap((file) => {
    for (const { name, path } of rules) {
      const match = name.exec(file.name)
      if (match) return [{ file, path: path(...match.slice(1)) }]
    }
    return []
  })
}
