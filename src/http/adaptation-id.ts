/** The id in an address. */
import type { Request } from 'express'
import { z } from 'zod'
import { adaptationId } from './schemas.js'
import { validate } from './validate.js'

const address = z.strictObject({ id: adaptationId })

/** Throws HttpError `invalid-request`, pointing at /id. */
export function adaptationIdOf(request: Request): string {
  return validate(address, { id: request.params.id }).id
}
