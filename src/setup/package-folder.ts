/** The npm package that TensorFlow is brought to, and where its parts lie. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { SetupError } from './setup-error.js'

const name = '@tensorflow/tfjs-node-gpu'

export class PackageFolder {
  /** Libraries, headers and licences: what its own installer would fill, so that `npm ci` removes it. */
  readonly deps: string
  /** Version of Node's binary interface that its sources are compiled for. */
  readonly napi: number
  /** Where its `require` looks. */
  readonly binding: string
  readonly version: string

  private constructor(readonly root: string) {
    const described = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const versions: readonly number[] = described.binary.napi_versions
    this.deps = join(root, 'deps')
    this.version = described.version
    // As node-pre-gyp chooses: the highest that both know.
    this.napi = Math.max(...versions.filter((version) => version <= Number(process.versions.napi)))
    this.binding = join(root, 'lib', `napi-v${this.napi}`, 'tfjs_binding.node')
  }

  /** `project`: the folder whose node_modules counts. */
  static find(project: string): PackageFolder {
    const found = resolved(join(project, 'package.json'), `${name}/package.json`)
    if (!found) throw new SetupError(`The npm package ${name} is not installed: run npm ci without --omit=optional.`)
    return new PackageFolder(dirname(found))
  }
}

/** Node's C headers, from a package of their own: node itself may have come without them. */
export function nodeHeaders(): string {
  const found = resolved(import.meta.url, 'node-api-headers')
  const folder = found && join(dirname(found), 'include')
  if (!folder || !existsSync(join(folder, 'node_api.h')))
    throw new SetupError('The npm package node-api-headers is not installed: run npm ci without --omit=dev.')
  return folder
}

function resolved(from: string, specifier: string): string | undefined {
  try {
    return createRequire(from).resolve(specifier)
  } catch {
    return undefined
  }
}
