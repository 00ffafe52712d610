/**
 * `npm run bench -- blocks`: how long the event loop is held up, at most, by requests at all of the default limits; each
 * kind by itself, several at a time, then all of them at once. Ends with status 1 where an answer is not what it should be.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Kind, kinds, preparations } from './blocks/kinds.js'
import { type Block, WatchedServer } from './blocks/watched.js'
import { build } from './ours.js'

/** Issue 4: no request holds the event loop up for longer. */
const GOAL_MS = 20

interface Result {
  readonly name: string
  readonly block: Block
  readonly answers: readonly Answer[]
}

interface Answer {
  readonly kind: Kind
  /** Undefined: the connection was closed before an answer could be read. */
  readonly status: number | undefined
}

export async function run(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      parallel: { type: 'string', default: '4' },
      rounds: { type: 'string', default: '2' },
      kinds: { type: 'string' },
      built: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [parallel, rounds] = [Number(values.parallel), Number(values.rounds)]
  const main = values.built ?? (await build())
  const wanted = (await kinds()).filter(({ name }) => !values.kinds || name.includes(values.kinds))
  const folder = await mkdtemp(join(tmpdir(), 'reptile-serve-blocks-'))
  const server = await WatchedServer.start(main, folder).catch(async (error: unknown) => {
    await rm(folder, { recursive: true })
    throw error
  })
  const results: Result[] = []
  const keep = async (name: string, answers: readonly Answer[]): Promise<void> => {
    const result = { name, block: await server.longestBlock(), answers }
    results.push(result)
    if (!values.json) console.log(line(result))
  }
  try {
    if (!values.json) console.log(head)
    await keep('(getting ready)', await sendInTurn(server.url, preparations()))
    for (const kind of wanted) {
      const answers: Answer[] = []
      for (let round = 0; round < rounds; round++)
        answers.push(...(await sendAtOnce(server.url, new Array<Kind>(parallel).fill(kind))))
      await keep(kind.name, answers)
    }
    for (let round = 0; round < rounds; round++) await keep('all at once', await sendAtOnce(server.url, wanted))
    // Whatever came in: the server goes on as before.
    await keep('(afterwards)', await sendInTurn(server.url, preparations()))
  } finally {
    await server.stop()
    await rm(folder, { recursive: true })
  }
  const wrong = results.flatMap(({ answers }) => answers).filter((answer) => !isRight(answer))
  const worst = Math.max(...results.slice(1).map(({ block }) => block.ownMs))
  if (values.json) console.log(JSON.stringify({ parallel, rounds, worst, results: results.map(plain) }, null, 1))
  else console.log(`${legend}\nlongest run of the loop's own: ${worst.toFixed(1)} ms; the goal is ${GOAL_MS} ms`)
  const faults = new Set(wrong.map(({ kind, status }) => `WRONG: ${kind.name}: answered ${status ?? 'not at all'}`))
  for (const fault of faults) console.error(fault)
  if (wrong.length > 0) process.exitCode = 1
}

async function sendInTurn(url: string, list: readonly Kind[]): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const kind of list) answers.push(await send(url, kind))
  return answers
}

function sendAtOnce(url: string, list: readonly Kind[]): Promise<Answer[]> {
  return Promise.all(list.map((kind) => send(url, kind)))
}

async function send(url: string, kind: Kind): Promise<Answer> {
  const { path, headers, body } = kind
  try {
    const response = await fetch(url + path, { method: 'POST', headers: { ...headers }, body: new Uint8Array(body) })
    await response.arrayBuffer()
    return { kind, status: response.status }
  } catch {
    return { kind, status: undefined }
  }
}

/** Busy is right for everybody; who refuses a body without reading it may hang up. */
function isRight({ kind, status }: Answer): boolean {
  if (status === undefined) return kind.right.includes(413)
  return [...kind.right, 408, 429, 503].includes(status)
}

const head = `${'requests'.padEnd(56)} ${'own ms'.padStart(8)} ${'wall ms'.padStart(8)} ${'no core'.padStart(8)} ${'>20 ms'.padStart(7)}  answers`

const legend =
  'own: the longest that the loop itself ran between two turns; wall: the longest between two turns; no core: of these, ' +
  'waited for a core'

function line({ name, block, answers }: Result): string {
  const numbers = [block.ownMs, block.blockedMs, block.waitedMs].map((ms) => ms.toFixed(1).padStart(8))
  return [name.padEnd(56), ...numbers, String(block.above20).padStart(7), ` ${tally(answers)}`].join(' ')
}

/** Such as "200 x 4, 429 x 2". */
function tally(answers: readonly Answer[]): string {
  const counts = new Map<string, number>()
  for (const { status } of answers) {
    const name = String(status ?? 'closed')
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => `${name} x ${count}`).join(', ')
}

function plain({ name, block, answers }: Result) {
  return { name, ...block, answers: tally(answers) }
}
