/** metrics.jsonl: one line a block of meta-iterations, for plots and for other programs. */
import { appendFile, open, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { replaceFile, writeFault } from './atomic-file.js'
import { parsedAs } from './parsed-as.js'

const measuredSchema = z.object({
  /** 0 for regression. */
  ways: z.int().min(0),
  shots: z.int().min(1),
  /** 0 to 1, over tasks of held-out classes with the model's own number of inner steps. */
  accuracy: z.number().optional(),
  /** Mean squared error, for regression. */
  error: z.number().optional(),
  /** Half the width of the 95% interval. */
  interval: z.number(),
})

const lineSchema = z.object({
  /** Meta-iterations done. */
  iteration: z.int().min(0),
  /** Means over the block of the losses before the first inner step and before the last. */
  firstLoss: z.number(),
  lastLoss: z.number(),
  /** Meta-iterations per second since the run was started or resumed. */
  rate: z.number(),
  validation: z.array(measuredSchema).optional(),
})

export type Validation = z.infer<typeof measuredSchema>
export type MetricsLine = z.infer<typeof lineSchema>

export class MetricsFile {
  constructor(private readonly file: string) {}

  /** All whole lines; what a killed process has left half-written is not one. */
  async read(): Promise<MetricsLine[]> {
    const text = await readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    return text.split('\n').flatMap((line) => parsedAs(lineSchema, line) ?? [])
  }

  async append(line: MetricsLine): Promise<void> {
    await appendFile(this.file, `${JSON.stringify(line)}\n`).catch((error) => {
      throw writeFault(error, this.file)
    })
  }

  /** What was appended is on the disk after that. */
  async sync(): Promise<void> {
    const handle = await open(this.file, 'r+')
    await handle.sync().finally(() => handle.close())
  }

  /** Cuts off what came after so many meta-iterations: they will be done again. */
  async cutAfter(iteration: number): Promise<void> {
    const kept = (await this.read()).filter((line) => line.iteration <= iteration)
    await replaceFile(this.file, kept.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
}
