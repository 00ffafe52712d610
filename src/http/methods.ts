import type { RequestHandler } from 'express'
import { HttpError } from './failure.js'

/** For every other method of a path. `allowed`: as the header Allow lists them. */
export function onlyMethods(allowed: string): RequestHandler {
  return (request) => {
    throw new HttpError({ code: 'method-not-allowed', allowed }, `Use ${allowed} instead of ${request.method} here.`)
  }
}
