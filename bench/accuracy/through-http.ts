/** Few-shot accuracy as a client has it: POST /adapt with default settings, then POST /predict one image at a time. */
import type { components } from '../../src/http/contract.gen.js'
import { type Random, seeded } from '../../src/learner/random.js'
import { at } from '../../src/program/program.js'
import { distinct } from '../../src/training/data/distinct.js'
import type { Character } from './characters.js'

type Contract = components['schemas']

export interface Protocol {
  readonly ways: number
  readonly shots: number
  readonly tasks: number
  readonly seed: number
}

export interface Accuracy extends Protocol {
  /** Percent of the queries, one a class in every task. */
  readonly percent: number
  /** Half the width of the 95% interval of the mean over tasks. */
  readonly interval: number
}

interface Drawing {
  readonly label: string
  readonly image: string
}

interface Task {
  readonly support: readonly Drawing[]
  readonly queries: readonly Drawing[]
}

/** As many tasks are under way at a time: enough to keep every worker busy. */
const atATime = 8

/** `url`: of a server that is ready. The same seed draws the same tasks. Throws Error where the server refuses. */
export async function measureAccuracy(
  url: string,
  characters: readonly Character[],
  protocol: Protocol,
): Promise<Accuracy> {
  const random = seeded(protocol.seed)
  const tasks = Array.from({ length: protocol.tasks }, () => drawTask(random, characters, protocol))
  const scores: number[] = []
  for (let start = 0; start < tasks.length; start += atATime) {
    const group = tasks.slice(start, start + atATime).map((task, i) => scoreOf(url, `accuracy-${start + i}`, task))
    scores.push(...(await Promise.all(group)))
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(1, scores.length - 1)
  return { ...protocol, percent: 100 * mean, interval: 196 * Math.sqrt(variance / scores.length) }
}

/** Different characters, and of each one different drawings: `shots` to learn from and one to be asked about. */
function drawTask(random: Random, characters: readonly Character[], { ways, shots }: Protocol): Task {
  const drawn = distinct(random, characters.length, ways).map((character) => {
    const { name, drawings } = at(characters, character)
    return distinct(random, drawings.length, shots + 1).map((drawing) => ({
      label: name,
      image: at(drawings, drawing),
    }))
  })
  return {
    support: drawn.flatMap((images) => images.slice(0, shots)),
    queries: drawn.flatMap((images) => images.slice(shots)),
  }
}

/** The part of the queries that is told right, 0 to 1. */
async function scoreOf(url: string, id: string, { support, queries }: Task): Promise<number> {
  const examples = support.map(({ label, image }) => ({ label, input: { image } }))
  await post(`${url}/adapt`, { id, examples } satisfies Contract['AdaptRequest'])
  let right = 0
  for (const { label, image } of queries) {
    const answer = await post(`${url}/predict`, { id, inputs: [{ image }] } satisfies Contract['PredictRequest'])
    const { predictions }: Contract['PredictResponse'] = JSON.parse(answer)
    const [prediction] = predictions
    if (prediction && 'label' in prediction && prediction.label === label) right++
  }
  return right / queries.length
}

async function post(url: string, body: object): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`)
  return text
}
