/** What one request may ask for; the bounds come from the configuration. */
export interface ReadingLimits {
  /** Of the body, unpacked. */
  readonly bodyBytes: number
  /** Width times height of one image. */
  readonly imagePixels: number
  /** Of all images of a request together. */
  readonly requestPixels: number
  readonly examples: number
  readonly inputs: number
  /** In characters (UTF-16 code units). */
  readonly labelLength: number
  readonly steps: number
}
