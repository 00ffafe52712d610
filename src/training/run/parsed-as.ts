/** What other processes have left in a file may be cut off: it is read as what it should be, or not at all. */
import type { z } from 'zod'

/** Undefined for what is not JSON, or not of that form. */
export function parsedAs<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
