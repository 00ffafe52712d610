/** Says what is installed, beside it. It is there only after everything else was proven, and holds only while nothing has changed. */
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bindingInputs } from './compile.js'
import type { PackageFolder } from './package-folder.js'
import type { Variant } from './pins.js'

/** Where TensorFlow came from; two that are equal need no second installation. */
export type Origin =
  | { readonly wheels: readonly { readonly file: string; readonly sha256: string }[] }
  | { readonly folder: string }

export interface Wanted {
  readonly variant: Variant
  readonly origin: Origin
}

const file = (folder: PackageFolder): string => join(folder.deps, 'reptile-serve.json')

export function writeStamp(folder: PackageFolder, wanted: Wanted): void {
  const text = stampText(folder, wanted)
  writeFileSync(`${file(folder)}.partial`, text)
  renameSync(`${file(folder)}.partial`, file(folder))
}

/** Of what was set up last; undefined where that is nothing. */
export function installedVariant(folder: PackageFolder): Variant | undefined {
  try {
    const { variant } = JSON.parse(readFileSync(file(folder), 'utf8'))
    return variant === 'cuda' || variant === 'cpu' ? variant : undefined
  } catch {
    return undefined
  }
}

/** False, too, where files are missing or cut short. */
export function isInstalled(folder: PackageFolder, wanted: Wanted): boolean {
  try {
    return readFileSync(file(folder), 'utf8') === stampText(folder, wanted)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false
    throw error
  }
}

function stampText(folder: PackageFolder, { variant, origin }: Wanted): string {
  const stamp = {
    variant,
    origin,
    binding: { package: folder.version, napi: folder.napi, processor: process.arch, inputs: bindingInputs(folder) },
    bytes: { 'tfjs_binding.node': statSync(folder.binding).size, ...sizesBelow(folder.deps) },
  }
  return `${JSON.stringify(stamp, null, 2)}\n`
}

function sizesBelow(deps: string): Record<string, number> {
  const entries = ['lib', 'include', 'nvidia', 'licences'].flatMap((top) =>
    top === 'nvidia' && !readdirSync(deps).includes(top)
      ? []
      : readdirSync(join(deps, top), { recursive: true, encoding: 'utf8' }).map((name) => join(top, name)),
  )
  const files = entries.sort().map((name) => ({ name, stats: statSync(join(deps, name)) }))
  return Object.fromEntries(files.filter(({ stats }) => stats.isFile()).map(({ name, stats }) => [name, stats.size]))
}
