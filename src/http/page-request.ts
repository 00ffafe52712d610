/** The query of GET /adaptations. */
import { z } from 'zod'
import { adaptationId } from './schemas.js'

export const pageRequest = z.strictObject({
  limit: z.int('Send a whole number.').min(1, 'Send 1 or more.').max(100, 'Send at most 100.').exactOptional(),
  from: adaptationId.exactOptional(),
})
