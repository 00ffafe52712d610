/** Reads a Dockerfile: the part of the language that ours uses, and an error for the rest. */

export interface Instruction {
  /** In capitals: RUN. */
  readonly keyword: string
  /** In one line, continued lines joined. */
  readonly text: string
}

export interface Stage {
  readonly name: string
  readonly base: string
  readonly instructions: readonly Instruction[]
}

const known =
  /^(FROM|RUN|COPY|WORKDIR|ENV|LABEL|USER|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT)\s+(?!<<)(\S[\s\S]*)$/

/** Throws Error for what it does not know: nothing is to pass unseen. */
export function readDockerfile(text: string): Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = []
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line))
  const joined = lines.join('\n').replace(/\\\n/g, ' ')
  for (const line of joined.split('\n')) {
    const [, keyword, rest] = known.exec(line) ?? []
    if (keyword === undefined || rest === undefined) throw new Error(`Not understood: ${line}`)
    if (keyword === 'FROM') {
      const [, base, name] = /^(\S+) AS (\S+)$/.exec(rest) ?? []
      if (base === undefined || name === undefined) throw new Error(`A stage without a name: ${line}`)
      stages.push({ name, base, instructions: [] })
    } else {
      const stage = stages.at(-1)
      if (!stage) throw new Error(`Before the first stage: ${line}`)
      stage.instructions.push({ keyword, text: rest.trim() })
    }
  }
  return stages
}

/** The last instruction of its kind, which is the one that counts. */
export function lastOf(stage: Stage, keyword: string): string {
  const found = stage.instructions.findLast((one) => one.keyword === keyword)
  if (!found) throw new Error(`The stage ${stage.name} has no ${keyword}.`)
  return found.text
}

/** `ENV A=1 B=2` and `LABEL a="x y"`, all of a stage together. */
export function pairsOf(stage: Stage, keyword: string): Record<string, string> {
  const pairs: Record<string, string> = {}
  for (const { keyword: own, text } of stage.instructions) {
    if (own !== keyword) continue
    for (const [, name = '', quoted, plain] of text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g))
      pairs[name] = quoted ?? plain ?? ''
  }
  return pairs
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
