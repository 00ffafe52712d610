#!/usr/bin/env node
/** `reptile-serve COMMAND`: meta-training, evaluation and serving from one command line. */
import '../collector.js'
import { CommanderError } from 'commander'
import { LearnerError } from '../learner/learner.js'
import { ModelError } from '../model/load.js'
import { TrainingError } from '../training/training-error.js'
import { commandLine } from './command-line.js'

// A reader such as `head` that has seen enough is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  await commandLine().parseAsync()
} catch (error) {
  // What the user can mend is said in a sentence; what only we can, with its stack.
  const isMendable = [TrainingError, LearnerError, ModelError].some((type) => error instanceof type)
  // Commander has said what it has to say.
  if (!(error instanceof CommanderError)) console.error(isMendable ? (error as Error).message : error)
  process.exitCode = error instanceof CommanderError ? error.exitCode : 1
}
