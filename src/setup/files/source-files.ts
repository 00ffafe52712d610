/** Where the files of TensorFlow come from: wheels, or a folder in which somebody has installed it. */
export interface SourceFile {
  /** As in a wheel, relative to site-packages: tensorflow/libtensorflow_cc.so.2. */
  readonly name: string
  readonly bytes: number
}

export interface SourceFiles {
  /** What messages call it. */
  readonly title: string
  list(): Promise<readonly SourceFile[]>
  /** The path's folder must exist. A program stays executable. */
  copy(file: SourceFile, path: string, signal: AbortSignal): Promise<void>
  /** For small files. */
  text(file: SourceFile): Promise<string>
  close(): void
}
