/** An input that cannot become a tensor; the message says to its sender what is wrong with it and what to send instead. */
export class CodecError extends Error {
  override readonly name = 'CodecError'
}
