/** The prediction program: an adapted network with the batch-norm statistics of its own support set, so that no query depends on another. */
import { type Artifact, inputSize } from '../model/artifact.js'
import { Builder } from '../program/builder.js'
import type { Program, Value } from '../program/program.js'
import { at } from '../program/program.js'
import { batchNormChannels, statisticsSize } from './features-program.js'
import type { Mode } from './network.js'
import { classify, forward } from './network.js'
import { declareWeights, layoutParameters } from './parameters.js'

export interface PredictShape {
  readonly classes: number
  readonly clients: number
  /** Queries of one client in one run. */
  readonly examples: number
}

/**
 * Feeds: weights[B,P], shared[1,Q] (where the scope leaves something out), statistics[B,statistics size] (where there are batch
 * norms), x[B,M,input]. Result: outputs[B,M,classes], probabilities of the classes, or outputs[B,M,output size] of a regression.
 */
export function predictProgram(artifact: Artifact, { classes, clients, examples }: PredictShape): Program {
  const b = new Builder()
  const parameters = declareWeights(b, layoutParameters(artifact, classes), clients)
  const x = b.param('x', [clients, examples, inputSize(artifact.input)])
  const outputs = forward(b, artifact, parameters, x, withStatistics(b, artifact, clients))
  if (artifact.task === 'regression') return b.build({ outputs: b.transpose(outputs, [0, 2, 1]) })
  const logits = b.transpose(classify(b, parameters, outputs), [0, 2, 1])
  return b.build({ outputs: b.exp(b.logSoftmax(logits)) })
}

function withStatistics(b: Builder, artifact: Artifact, clients: number): Mode {
  const channels = batchNormChannels(artifact)
  const sizes = channels.flatMap((count) => [count, count])
  const parts =
    sizes.length > 0 ? b.split(b.keptParam('statistics', [clients, statisticsSize(artifact)]), 1, sizes) : []
  const column = (index: number): Value => b.reshape(at(parts, index), [clients, at(sizes, index), 1])
  let used = 0
  return {
    normalize: (_layer, x, scale, shift) => {
      const [mean, inverse] = [column(used), column(used + 1)]
      used += 2
      const factor = b.mul(inverse, scale)
      return b.add(b.mul(x, factor), b.sub(shift, b.mul(mean, factor)))
    },
  }
}
