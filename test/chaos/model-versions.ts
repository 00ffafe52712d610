/** Two versions of the same initializations, and the folder from which the server under test reads one of them. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expectedTensors } from '../../src/learner/initialization.js'
import { loadModels } from '../../src/model/load.js'
import { saveModel } from '../../src/model/save.js'

export const origins = ['first', 'second'] as const
export type Origin = (typeof origins)[number]

const shipped = fileURLToPath(new URL('../../models', import.meta.url))

export class ModelVersions {
  current: Origin = 'first'

  private constructor(private readonly folder: string) {}

  /** `names`: of the models; `folder`: to be filled. */
  static async make(folder: string, names: readonly string[]): Promise<ModelVersions> {
    const versions = new ModelVersions(folder)
    const { first, second } = versions.folders
    for (const name of names) cpSync(join(shipped, name), join(first, name), { recursive: true })
    for (const [name, { artifact, tensors }] of await loadModels(first, expectedTensors)) {
      const { weights: _, ...description } = artifact
      const changed = [...tensors].map(
        ([tensor, { shape, data }]) => [tensor, { shape, data: data.map((x) => 1.02 * x) }] as const,
      )
      await saveModel(join(second, name), description, new Map(changed))
    }
    versions.install()
    return versions
  }

  get folders(): Readonly<Record<Origin, string>> {
    return { first: join(this.folder, 'first'), second: join(this.folder, 'second') }
  }

  get served(): string {
    return join(this.folder, 'served')
  }

  /** The other version takes its place; the server reads it when it starts. */
  replace(): void {
    this.current = this.current === 'first' ? 'second' : 'first'
    this.install()
  }

  private install(): void {
    rmSync(this.served, { recursive: true, force: true })
    cpSync(this.folders[this.current], this.served, { recursive: true })
  }
}
