/** A target of the Dockerfile as image.ts built it: what it holds, and containers of it. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { Container } from './container.js'
import { lastOf, lineage, type Stage } from './dockerfile.js'
import { layerOf } from './image.js'

export class BuiltImage {
  private readonly running: Container[] = []

  constructor(
    readonly stage: Stage,
    private readonly work: string,
  ) {}

  /** The server's files, which the target itself has copied. */
  get app(): string {
    return join(layerOf(this.work, this.stage.name), lastOf(this.stage, 'WORKDIR'))
  }

  /** A volume as Docker makes it: a copy of what the image holds there, with its owner. */
  newVolume(): string {
    const place = lastOf(this.stage, 'VOLUME')
    const held = lineage(this.stage).map(({ name }) => join(layerOf(this.work, name), place))
    const volume = mkdtempSync(join(this.work, 'volume-'))
    execFileSync('cp', ['-aT', held.find((folder) => existsSync(folder)) ?? place, volume])
    return volume
  }

  start(volume: string, environment: Record<string, string>, ...words: string[]): Container {
    const container = Container.run(this.stage, this.work, volume, environment, words)
    this.running.push(container)
    return container
  }

  /** What is there of the commands that build, install and compile. */
  async toolsInside(): Promise<string> {
    const container = this.start(this.newVolume(), { PORT: '0', ENGINE: 'onnx', DEVICE: 'cpu' })
    await container.started()
    const names = 'gcc cc c++ g++ ld make python python3 pip pip3 npm npx corepack yarn'
    const { output } = container.exec(['sh', '-c', `for name in ${names}; do command -v $name; done; true`])
    await container.kill()
    return output
  }

  /** Files that the server could change even on a root that can be written to: not root's, or everybody's. */
  changeable(): string {
    const changeable = ['!', '-user', 'root', '-o', '-perm', '/022', '!', '-type', 'l']
    return execFileSync('find', [this.app, ...changeable], { encoding: 'utf8' })
  }

  mebibytes(folder = '.'): number {
    const kibibytes = Number(execFileSync('du', ['-sk', join(this.app, folder)], { encoding: 'utf8' }).split('\t')[0])
    return kibibytes / 1024
  }

  async close(): Promise<void> {
    for (const container of this.running) await container.kill()
  }
}
