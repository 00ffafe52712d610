/** Small things as a schema's type: ids in addresses, queries. Bodies are validated member by member (reading/). */
import type { z } from 'zod'
import { faultsOf, invalid } from './faults.js'

/** Throws HttpError `invalid-request`. */
export function validate<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalid(faultsOf(result.error, []))
}
