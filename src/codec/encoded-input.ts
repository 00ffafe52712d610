/** One input of a request before it is decoded: a whole image file, or plain values that are finite 32-bit floats. */
export type EncodedInput = { readonly image: Uint8Array } | { readonly values: Float32Array }
