/** What a search has measured so far, one line of JSON a fold, so that one that was stopped goes on where it was. */
import { type FileHandle, open } from 'node:fs/promises'
import { z } from 'zod'
import { writeFault } from '../run/atomic-file.js'
import { parsedAs } from '../run/parsed-as.js'
import { TrainingError } from '../training-error.js'

const headSchema = z.strictObject({ search: z.literal(1), fingerprint: z.string() })
const lineSchema = z.strictObject({
  choice: z.record(z.string(), z.json()),
  fold: z.int().min(0),
  /** Null: it diverged. */
  mean: z.number().nullable(),
  interval: z.number().nullable(),
})

export type TrialLine = z.infer<typeof lineSchema>

export class TrialLog {
  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    /** What was in the file when it was opened. */
    readonly done: readonly TrialLine[],
  ) {}

  /**
   * Opens or begins a file; a last line that was cut off when its writer was killed is taken away. Throws TrainingError where the
   * file is of a search with another fingerprint, or none at all.
   */
  static async open(file: string, fingerprint: string): Promise<TrialLog> {
    const handle = await open(file, 'a+').catch((error) => {
      throw writeFault(error, file)
    })
    try {
      const bytes = await handle.readFile()
      const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1)
      const [head, ...lines] = whole.toString().split('\n').slice(0, -1)
      if (head === undefined) {
        // Cut off in its very first line, or new; anything else is somebody's file.
        const begun = headOf(fingerprint)
        if (!begun.startsWith(bytes.toString())) throw foreign(file)
        await handle.truncate(0)
        await append(file, handle, begun)
        return new TrialLog(file, handle, [])
      }
      if (parsedAs(headSchema, head)?.fingerprint !== fingerprint) throw foreign(file)
      if (whole.length < bytes.length) await handle.truncate(whole.length)
      const done = lines.map((line, index) => {
        const trial = parsedAs(lineSchema, line)
        if (!trial) throw new TrainingError(`${file} is damaged in line ${index + 2}: take that line away.`)
        return trial
      })
      return new TrialLog(file, handle, done)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** On the disk when it resolves. */
  add(line: TrialLine): Promise<void> {
    return append(this.file, this.handle, `${JSON.stringify(line)}\n`)
  }

  close(): Promise<void> {
    return this.handle.close()
  }
}

function headOf(fingerprint: string): string {
  return `${JSON.stringify({ search: 1, fingerprint })}\n`
}

async function append(file: string, handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.appendFile(text)
    await handle.sync()
  } catch (error) {
    throw writeFault(error, file)
  }
}

function foreign(file: string): TrainingError {
  return new TrainingError(
    `${file} is not of this search (its settings, data or seed were others): name another file or delete it.`,
  )
}
