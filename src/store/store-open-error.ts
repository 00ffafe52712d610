/** The data folder cannot be used as it is; the message names it and says what to do. */
export class StoreOpenError extends Error {
  override readonly name = 'StoreOpenError'
}
