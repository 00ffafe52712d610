/** Reads a Dockerfile: the part of the language that ours uses, and an error for the rest. */

export interface Instruction {
  /** In capitals: RUN. */
  readonly keyword: string
  /** In one line, continued lines joined. */
  readonly text: string
}

export interface Stage {
  readonly name: string
  /** The image that it starts from, itself or through other stages. */
  readonly base: string
  /** The stage that it goes on from. */
  readonly parent: Stage | undefined
  /** Its own, without those of the parent. */
  readonly instructions: readonly Instruction[]
}

const known =
  /^(FROM|ARG|RUN|COPY|WORKDIR|ENV|LABEL|USER|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT)\s+(?!<<)(\S[\s\S]*)$/

/** Throws Error for what it does not know: nothing is to pass unseen. */
export function readDockerfile(text: string): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = []
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line))
  const joined = lines.join('\n').replace(/\\\n/g, ' ')
  for (const line of joined.split('\n')) {
    const [, keyword, rest] = known.exec(line) ?? []
    if (keyword === undefined || rest === undefined) throw new Error(`Not understood: ${line}`)
    if (keyword === 'FROM') {
      const [, base, name] = /^(\S+) AS (\S+)$/.exec(rest) ?? []
      if (base === undefined || name === undefined) throw new Error(`A stage without a name: ${line}`)
      const parent = stages.find((stage) => stage.name === base)
      stages.push({ name, base: parent?.base ?? base, parent, instructions: [] })
    } else {
      const stage = stages.at(-1)
      if (!stage) throw new Error(`Before the first stage: ${line}`)
      stage.instructions.push({ keyword, text: rest.trim() })
    }
  }
  return stages
}

export function stageOf(stages: readonly Stage[], name: string): Stage {
  const stage = stages.find((one) => one.name === name)
  if (!stage) throw new Error(`There is no stage ${name}.`)
  return stage
}

/** The stage itself, what it goes on from, and so on. */
export function lineage(stage: Stage): Stage[] {
  return [stage, ...(stage.parent ? lineage(stage.parent) : [])]
}

/** The last instruction of its kind, which is the one that counts. */
export function lastOf(stage: Stage, keyword: string): string {
  const all = lineage(stage).flatMap(({ instructions }) => instructions.toReversed())
  const found = all.find((one) => one.keyword === keyword)
  if (!found) throw new Error(`The stage ${stage.name} has no ${keyword}.`)
  return found.text
}

/** `ENV A=1 B=2` and `LABEL a="x y"`, all of a stage and of what it goes on from together. */
export function pairsOf(stage: Stage, keyword: 'ENV' | 'LABEL'): Record<string, string> {
  const pairs: Record<string, string> = stage.parent ? pairsOf(stage.parent, keyword) : {}
  for (const { keyword: own, text } of stage.instructions) {
    if (own !== keyword) continue
    for (const [, name = '', quoted, plain] of text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g))
      pairs[name] = quoted ?? plain ?? ''
  }
  return pairs
}

/** `ARG A=1`: its name, and its value unless the build is given another. */
export function argumentOf(text: string): [name: string, value: string] {
  const [, name, value] = /^(\w+)=(\w+)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new Error(`Not understood: ARG ${text}`)
  return [name, value]
}

/** What a RUN line hands to the shell, and the folders that the builder keeps for it from one build to the next. */
export function shellForm(text: string): { readonly command: string; readonly caches: readonly string[] } {
  const caches: string[] = []
  const command = text.replace(/^(--mount=type=cache,target=(\/[\w./-]+),sharing=locked\s+)+/, (mounts) => {
    caches.push(...[...mounts.matchAll(/target=([^,]+)/g)].map(([, target = '']) => target))
    return ''
  })
  if (command.startsWith('-') || command.startsWith('[')) throw new Error(`Not understood: RUN ${text}`)
  return { command, caches }
}

/** `["node", "x.js"]`: a command without a shell. */
export function execForm(text: string): string[] {
  const command: unknown = JSON.parse(text)
  if (Array.isArray(command) && command.every((word) => typeof word === 'string')) return command
  throw new Error(`Not a list of words: ${text}`)
}

export function healthCommand(stage: Stage): string[] {
  return execForm(lastOf(stage, 'HEALTHCHECK').replace(/^.*?CMD /, ''))
}
