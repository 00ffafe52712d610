/** Small reports to be rendered. */
import { picture } from '../../../src/training/report/picture.js'
import type { ReportData, SampleTask } from '../../../src/training/report/report-data.js'

export const hostile = [
  `</style></script><script>document.title='owned'</script>`,
  `"><img src="https://example.com/x.png" onerror="document.title='owned'">`,
  `' onload='document.title="owned"`,
  '\u202eright to left, and a bell \u0007',
  '',
  `${'a-very-long-name-without-a-space/'.repeat(20)}character01`,
]

const spec = { kind: 'image', height: 2, width: 2, channels: 1, polarity: 'ink' } as const
export const shown = picture(Float32Array.of(0, 1, 0.5, 0), spec)

/** Every query but the first of the first class is right. */
export function task(names: readonly string[]): SampleTask {
  return {
    shots: 1,
    steps: 5,
    classes: names.map((name, label) => ({
      name,
      support: [shown],
      queries: [
        { shown, predicted: label === 0 ? 1 : label, confidence: 0.61 },
        { shown, predicted: label, confidence: 0.99 },
      ],
    })),
  }
}

export function everything(names: readonly string[]): ReportData {
  const [first = '', second = ''] = names
  return {
    title: `model ${first}`,
    summary: `data of ${first}`,
    command: `reptile-serve train --data '${first}'`,
    settings: {
      seed: 1,
      model: { name: first, layers: [{ type: 'conv2d', filters: 64 }, { type: 'relu' }] },
      data: { kind: 'images', path: second, [first]: first },
      validation: { shots: [1, 5] },
    },
    metrics: [1, 2, 3].map((i) => ({
      iteration: 1000 * i,
      firstLoss: 1 / i,
      lastLoss: 0.5 / i,
      rate: 12,
      validation: [{ ways: 5, shots: 1, accuracy: 0.9 + i / 100, interval: 0.01 }],
    })),
    final: [
      { ways: 5, shots: 1, accuracy: 0.9731, interval: 0.0041, protocol: 'served', tasks: 1000 },
      { ways: 5, shots: 1, accuracy: 0.9812, interval: 0.0039, protocol: first, tasks: 1000 },
    ],
    samples: [task(names)],
    confusion: {
      ...{ ways: 5, shots: 1, tasks: 20, queries: 100, wrong: 7 },
      pairs: [
        {
          truth: first,
          taken: second,
          count: 3,
          of: 20,
          example: { query: shown, truth: shown, taken: shown, confidence: 0.7 },
        },
      ],
    },
    regression: [
      {
        kind: 'curve',
        support: [[0, 1]],
        truth: [
          [-1, 0],
          [1, 2],
        ],
        predictions: [
          { steps: 0, points: [[-1, 0.5]], error: 0.25 },
          { steps: 32, points: [], error: null },
        ],
      },
    ],
  }
}
