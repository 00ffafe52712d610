/** The Reptile meta-step (paper, algorithm 2): theta <- theta + epsilon * (mean(phi_i) - theta). */
import { Builder } from '../program/builder.js'
import type { Program } from '../program/program.js'

/** Feeds: theta[1,P], phi[tasks,P], epsilon[]. Result: theta[1,P]. */
export function metaStepProgram(size: number, tasks: number): Program {
  const b = new Builder()
  const theta = b.param('theta', [1, size])
  const phi = b.param('phi', [tasks, size])
  const epsilon = b.param('epsilon', [])
  const direction = b.sub(b.mean(phi, [0]), theta)
  return b.build({ theta: b.add(theta, b.mul(direction, epsilon)) })
}
