/** Training that cannot go on for a reason the user can mend; the message is one sentence that says how. */
export class TrainingError extends Error {
  override readonly name: string = 'TrainingError'
}

/** The weights are no numbers any more: a search goes on with other settings, everything else ends here. */
export class DivergedError extends TrainingError {
  override readonly name = 'DivergedError'
}
