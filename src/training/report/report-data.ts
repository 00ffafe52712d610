/** What a report page shows. Plain JSON all through, so that it can be kept beside the page. Every part but the title may be missing. */

export interface ReportData {
  /** The model's name. */
  readonly title: string
  /** What it was trained on, in a sentence. */
  readonly summary?: string | undefined
  /** The exact command that does all this again. */
  readonly command?: string | undefined
  /** Settings as they were used: any JSON. */
  readonly settings?: unknown
  /** The run's metrics, in any order. */
  readonly metrics: readonly MetricsLine[]
  /** Measured at the end. The protocol of the first is the one that the large figures are of. */
  readonly final?: readonly FinalFigure[] | undefined
  readonly samples?: readonly SampleTask[] | undefined
  readonly confusion?: Confusion | undefined
  readonly regression?: readonly SampleFunction[] | undefined
}

/** What JSON has in the place of NaN and infinities. */
type Figure = number | null

export interface MetricsLine {
  /** Meta-iterations done. */
  readonly iteration: number
  /** Mean losses before the first inner step and before the last. */
  readonly firstLoss?: Figure | undefined
  readonly lastLoss?: Figure | undefined
  /** Meta-iterations a second. */
  readonly rate?: Figure | undefined
  readonly validation?: readonly Measurement[] | undefined
}

/** Accuracy (0 to 1), or of a regression the mean squared error, over tasks of one kind. */
export interface Measurement {
  /** 0 for regression. */
  readonly ways: number
  readonly shots: number
  readonly accuracy?: Figure | undefined
  readonly error?: Figure | undefined
  /** Half the width of the 95% interval. */
  readonly interval?: Figure | undefined
}

export interface FinalFigure extends Measurement {
  /** transductive, one-query, served. */
  readonly protocol?: string | undefined
  /** Inner steps, where they are not the model's own. */
  readonly steps?: number | undefined
  readonly tasks?: number | undefined
}

/** One input, to be looked at. */
export type Shown =
  /** `url`: a PNG as a data URL. `ink`: dark ink on light paper, which a dark page may turn over. */
  | {
      readonly kind: 'image'
      readonly url: string
      readonly height: number
      readonly width: number
      readonly ink: boolean
    }
  | { readonly kind: 'values'; readonly values: readonly number[] }

/** A classification task with the answers of a learner adapted to it. */
export interface SampleTask {
  readonly shots: number
  /** Inner steps done. */
  readonly steps: number
  readonly classes: readonly SampleClass[]
}

export interface SampleClass {
  readonly name: string
  readonly support: readonly Shown[]
  readonly queries: readonly SampleQuery[]
}

export interface SampleQuery {
  readonly shown: Shown
  /** The index of the class that it was taken for; -1 where the inner loop diverged and there is no answer. */
  readonly predicted: number
  /** The probability of that class, 0 to 1. */
  readonly confidence: number
}

/** Which classes were taken for which, over many tasks. */
export interface Confusion {
  readonly ways: number
  readonly shots: number
  readonly tasks: number
  readonly queries: number
  readonly wrong: number
  /** Most confused first. */
  readonly pairs: readonly ConfusedPair[]
}

/** Queries of the class `truth` that were taken for the class `taken`. */
export interface ConfusedPair {
  readonly truth: string
  readonly taken: string
  readonly count: number
  /** Queries of `truth` in tasks that had `taken` as well. */
  readonly of: number
  /** The mistake made with most confidence: the query, and a support example of either class. */
  readonly example: {
    readonly query: Shown
    readonly truth: Shown
    readonly taken: Shown
    readonly confidence: number
  }
}

/** A regression task with a learner's answers after some inner steps. */
export interface SampleFunction {
  /** `curve`: from one number to one number, to be drawn as x and y. `outputs`: any other; x is true, y is predicted. */
  readonly kind: 'curve' | 'outputs'
  /** Examples learned from; empty for `outputs`. */
  readonly support: readonly Point[]
  /** By growing x; empty for `outputs`. */
  readonly truth: readonly Point[]
  /** By growing number of inner steps. */
  readonly predictions: readonly Prediction[]
}

export interface Prediction {
  /** Inner steps done. */
  readonly steps: number
  readonly points: readonly Point[]
  /** Mean squared error over the queries; null (and no points) where the inner loop diverged. */
  readonly error: number | null
}

export type Point = readonly [x: number, y: number]
