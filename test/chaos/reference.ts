/** What is right: undisturbed servers, one for each version of the models, adapt the same examples and answer. */
import { ask } from './ask.js'
import { type Content, nameOf, settingsOf } from './content.js'
import { type ModelVersions, type Origin, origins } from './model-versions.js'
import { type SeenPrediction, seenPredictions } from './seen.js'
import { ServerProcess } from './server-process.js'
import type { Subjects } from './subjects.js'

export class Reference {
  private readonly answers = new Map<string, Promise<readonly SeenPrediction[]>>()

  private constructor(
    private readonly servers: Readonly<Record<Origin, ServerProcess>>,
    private readonly subjects: Subjects,
  ) {}

  static async start(
    program: string,
    folder: string,
    models: ModelVersions,
    subjects: Subjects,
    settings: Readonly<Record<string, string>>,
  ) {
    const serverOf = (origin: Origin) =>
      new ServerProcess(program, folder, { ...settings, STORE: 'memory', MODELS_DIR: models.folders[origin] })
    const servers = { first: serverOf('first'), second: serverOf('second') }
    for (const origin of origins) {
      const ending = await servers[origin].start()
      if (ending) throw new Error(`The reference server did not start: ${ending.words}`)
    }
    return new Reference(servers, subjects)
  }

  /** To the probes of the model, in their order. */
  predictions(content: Content, origin: string): Promise<readonly SeenPrediction[]> {
    const name = `${origin} ${nameOf(content)}`
    const known = this.answers.get(name)
    if (known) return known
    const asked = this.learn(content, origin === 'first' ? 'first' : 'second')
    this.answers.set(name, asked)
    return asked
  }

  async stop(): Promise<void> {
    for (const origin of origins) await this.servers[origin].end('SIGKILL')
  }

  private async learn(content: Content, origin: Origin): Promise<readonly SeenPrediction[]> {
    const { port } = this.servers[origin]
    const id = `right-${nameOf(content)}`
    const settings = { ...settingsOf({ ...content, retention: 'weights', ttlSeconds: undefined }) }
    await must(port, 'POST', '/adapt', { ...settings, id, examples: content.examples })
    const text = await must(port, 'POST', '/predict', { id, inputs: this.subjects.probes(content.model), topK: 100 })
    await must(port, 'DELETE', `/adaptations/${id}`)
    return seenPredictions.parse(JSON.parse(text)).predictions
  }
}

async function must(port: number, method: 'POST' | 'DELETE', path: string, body?: object): Promise<string> {
  const reply = await ask(port, { method, path, ...(body && { body }) })
  if (typeof reply === 'string' || reply.status >= 300)
    throw new Error(`The reference server failed: ${JSON.stringify(reply)}`)
  return reply.text
}
