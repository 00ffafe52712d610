/** What a wheel says that it needs for GPUs, held against what is pinned. */
import { satisfies } from '@renovatebot/pep440'
import type { SourceFiles } from './files/source-files.js'
import type { Pin } from './pins.js'
import { SetupError } from './setup-error.js'
import { wheelName } from './wheel-name.js'

export interface Requirement {
  readonly project: string
  /** As in PEP 440: <13.0,>=12.5.3.2 */
  readonly versions: string
}

/** METADATA's lines for an extra: `Requires-Dist: nvidia-nccl-cu12<3.0,>=2.27.7; extra == "and-cuda"`. */
export function requirementsOf(metadata: string, extra: string): Requirement[] {
  return metadata.split('\n').flatMap((line) => {
    const [, project, versions, marker] = /^Requires-Dist: ([\w.-]+) *\(?([^;)]*)\)? *;(.*)$/.exec(line) ?? []
    if (project === undefined || versions === undefined || !marker?.includes(`extra == "${extra}"`)) return []
    return [{ project, versions: versions.trim() }]
  })
}

/** Throws where the pinned libraries are none that this TensorFlow accepts. */
export async function checkCudaPins(tensorflow: SourceFiles, pins: readonly Pin[]): Promise<void> {
  const metadata = (await tensorflow.list()).find(({ name }) => /^tensorflow[^/]*\.dist-info\/METADATA$/.test(name))
  const required = metadata ? requirementsOf(await tensorflow.text(metadata), 'and-cuda') : []
  if (required.length === 0) throw new SetupError(`${tensorflow.title} names no CUDA libraries: it has no GPU support.`)
  for (const { project, versions } of required) {
    const version = pins.map(({ file }) => wheelName(file)).find((name) => name?.project === project)?.version
    if (version === undefined || !satisfies(version, versions))
      throw new SetupError(
        `${tensorflow.title} needs ${project} ${versions} and ${version ?? 'none'} is pinned: take it with its libraries out of a Python environment with --from.`,
      )
  }
}
