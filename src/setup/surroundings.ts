/** What a setup is given of the process it runs in. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  /** Aborted when the user interrupts; everything that takes long listens to it. */
  readonly signal: AbortSignal
  /** A line for the user. */
  readonly say: (line: string) => void
  /** Whether somebody watches, so that progress bars make sense. */
  readonly isWatched: boolean
}
