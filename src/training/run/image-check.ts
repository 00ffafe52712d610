/**
 * Looks through the images of a run's data while it trains, one at a time: one that is damaged is found in the first minutes and
 * not hours later, when it is drawn. Whatever is decoded is kept for the training, which then need not do it.
 */
import { ClassSource } from '../data/class-source.js'
import { type ImageClass, isImageClass } from '../data/image-files.js'
import type { TaskSource } from '../task.js'

export class ImageCheck {
  private fault: { readonly error: unknown } | undefined
  private isStopped = false
  /** Settled when all were looked through, one was found, or the check was stopped; never rejected. */
  readonly over: Promise<void>

  /** Begins at once. Sources of anything but image files have none to look through. */
  constructor(sources: readonly TaskSource[]) {
    const members = sources.flatMap((source) => (source instanceof ClassSource ? source.members : []))
    // Turned images are none of them: they have the same files as the class before them.
    this.over = this.look(members.filter(isImageClass)).catch((error: unknown) => {
      this.fault = { error }
    })
  }

  /** Throws the TrainingError that names a file that was found damaged, if one was found by now. */
  requireSound(): void {
    if (this.fault) throw this.fault.error
  }

  /** Nothing is read any more after that. */
  async stop(): Promise<void> {
    this.isStopped = true
    await this.over
  }

  private async look(classes: readonly ImageClass[]): Promise<void> {
    for (const one of classes) {
      for (let index = 0; index < one.count; index++) {
        if (this.isStopped) return
        await one.read(index)
      }
    }
  }
}
