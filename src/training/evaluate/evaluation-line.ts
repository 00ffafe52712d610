/** An evaluation as the command line prints it. */
import { at } from '../../program/program.js'
import type { Evaluation } from './evaluate.js'
import { formatted, type Metric, type Point, taskName, unitOf } from './figures.js'

/**
 * One line of JSON. Each protocol has `accuracy` (0 to 1; a regression `error`, the mean squared error) and `interval`, half the
 * width of the 95% interval, after the most inner steps that were asked for, and `bySteps` where there were several. What is not
 * a number because inner loops diverged is null.
 */
export function evaluationLine({ protocols, ...settings }: Evaluation): string {
  const figures = Object.entries(protocols).map(([protocol, points]) => {
    const last = figureOf(settings.metric, at(points, points.length - 1))
    const bySteps = points.map((point) => ({ steps: point.steps, ...figureOf(settings.metric, point) }))
    return [
      protocol,
      { ...last, steps: at(points, points.length - 1).steps, ...(points.length > 1 ? { bySteps } : {}) },
    ]
  })
  return JSON.stringify({ ...settings, protocols: Object.fromEntries(figures) })
}

/** The same for people: a line a protocol. */
export function evaluationText({ protocols, metric, ...settings }: Evaluation): string {
  const { model, episodes, seed, batch, learningRate } = settings
  const lines = Object.entries(protocols).map(([protocol, points]) => {
    const figures = points.map((point) => `${formatted(metric, point)} (${point.steps} steps)`)
    return `  ${protocol.padEnd(14)}${figures.join('   ')}`
  })
  return [
    `${model}, ${taskName(settings)}, ${unitOf(metric)}, 95% interval over ${episodes} tasks (seed ${seed}, inner batch ${batch}, rate ${learningRate})`,
    ...lines,
  ].join('\n')
}

function figureOf(metric: Metric, { mean, interval }: Point): Record<string, number> {
  return { [metric === 'accuracy' ? 'accuracy' : 'error']: mean, interval }
}
