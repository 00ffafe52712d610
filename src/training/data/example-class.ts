/** Classes of examples, wherever those lie: files, rows, or drawn on demand. */
export interface ExampleClass {
  /** Unique in its data set: a path relative to the data folder, or the label in a table. */
  readonly name: string
  /** Its examples are numbered 0 to count - 1. */
  readonly count: number
  /** An input of the model, which is shared and must not be changed. Throws TrainingError where it cannot be read. */
  read(index: number): Promise<Float32Array>
}

/** The one with the fewest; undefined where there is none. */
export function smallestOf<One extends { readonly count: number }>(all: readonly One[]): One | undefined {
  return all.reduce<One | undefined>((least, one) => (least && least.count <= one.count ? least : one), undefined)
}

/** How many examples there are in a class, for people: "20", or "14 to 20". */
export function countsOf(classes: readonly { readonly count: number }[]): string {
  const counts = classes.map(({ count }) => count)
  const least = counts.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = counts.reduce((a, b) => Math.max(a, b), 0)
  return least === most ? `${least}` : `${least} to ${most}`
}
