/** An input that cannot become a tensor; the message tells its sender what is wrong and what to send instead. */
export class CodecError extends Error {
  override readonly name = 'CodecError'
}
