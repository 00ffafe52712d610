/** Training that cannot go on for a reason the user can mend; the message is one sentence that says how. */
export class TrainingError extends Error {
  override readonly name = 'TrainingError'
}
