/**
 * The folder of a run: settings.json, metrics.jsonl, checkpoint, model/<name>/ (which is a models folder for a server) and
 * report.html. One living process at a time works in it.
 */
import { access, mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { RunSettings } from '../settings.js'
import { TrainingError } from '../training-error.js'
import { replaceFile, writeFault } from './atomic-file.js'
import { MetricsFile } from './metrics.js'
import { parseSettings } from './read-settings.js'
import { lockFolder } from './run-lock.js'

export class RunFolder {
  readonly metrics: MetricsFile

  private constructor(
    readonly path: string,
    readonly settings: RunSettings,
    private readonly unlock: () => Promise<void>,
    /** Takes away all that was made for a new run; undefined for one that was there before. */
    private readonly undo?: () => Promise<void>,
  ) {
    this.metrics = new MetricsFile(metricsFile(path))
  }

  /** Throws TrainingError where the folder is not empty or in use. */
  static async create(path: string, settings: RunSettings): Promise<RunFolder> {
    const first = await mkdir(path, { recursive: true }).catch((error) => {
      throw writeFault(error, path)
    })
    const unlock = await lockFolder(lockFile(path)).catch(async (error) => {
      await removeEmpty(path, first)
      throw error
    })
    try {
      const others = (await readdir(path)).filter((name) => name !== 'lock')
      if (others.length > 0)
        throw new TrainingError(
          others.includes('settings.json')
            ? `${path} holds a run already: go on with it (--resume ${path}) or name another folder with --out.`
            : `${path} is not empty: name a folder for the run with --out that is.`,
        )
      await replaceFile(settingsFile(path), `${JSON.stringify(settings, null, 2)}\n`)
      return new RunFolder(path, settings, unlock, async () => {
        for (const file of [settingsFile(path), originFile(path), lockFile(path)]) await rm(file, { force: true })
        await removeEmpty(path, first)
      })
    } catch (error) {
      await unlock()
      await removeEmpty(path, first)
      throw error
    }
  }

  /** Throws TrainingError where there is no run or it is in use. */
  static async open(path: string): Promise<RunFolder> {
    // Before the lock, which would otherwise be made in a folder that is no run's.
    await readRunSettings(path)
    const unlock = await lockFolder(lockFile(path))
    try {
      return new RunFolder(path, await readRunSettings(path), unlock)
    } catch (error) {
      await unlock()
      throw error
    }
  }

  get checkpoint(): string {
    return checkpointFile(this.path)
  }

  /** What MODELS_DIR of a server can be set to. */
  get models(): string {
    return modelsFolder(this.path)
  }

  /** Whether there is a checkpoint to go on from. */
  async hasBegun(): Promise<boolean> {
    return access(this.checkpoint).then(
      () => true,
      () => false,
    )
  }

  /** Leaves no trace of a run that could not even begin; one that was there before stays as it is. */
  async discard(): Promise<void> {
    await this.undo?.()
  }

  /** Lets others work in the folder. */
  async close(): Promise<void> {
    await this.unlock()
  }
}

/** From `path` up to `first`, which is what mkdir made first; where something else is in a folder, it stays. */
async function removeEmpty(path: string, first: string | undefined): Promise<void> {
  if (first === undefined) return
  for (let folder = resolve(path); folder.startsWith(resolve(first)); folder = dirname(folder)) {
    const isGone = await rmdir(folder).then(
      () => true,
      () => false,
    )
    if (!isGone) return
  }
}

/** Throws TrainingError where the folder is no run's. */
export async function readRunSettings(path: string): Promise<RunSettings> {
  const file = settingsFile(path)
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new TrainingError(`${resolve(path)} is no run's folder (${file} cannot be read: ${error.code}): name one.`)
  })
  return parseSettings(text, file)
}

export const lockFile = (path: string): string => join(path, 'lock')
export const checkpointFile = (path: string): string => join(path, 'checkpoint')
export const metricsFile = (path: string): string => join(path, 'metrics.jsonl')
/** What was called to begin the run. */
export const originFile = (path: string): string => join(path, 'run.json')
export const modelsFolder = (path: string): string => join(path, 'model')
const settingsFile = (path: string): string => join(path, 'settings.json')

/** A run's folder below `parent` that does not exist yet: its model's name and the time. */
export function runFolderName(parent: string, name: string, now: Date): string {
  return join(parent, `${name}-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`)
}
