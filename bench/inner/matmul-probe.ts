/** How fast this machine multiplies matrices in onnxruntime: the rate behind the arithmetic limit. */
import type { Engine, Executable, Tensors } from '../../src/engine/engine.js'
import { Builder } from '../../src/program/builder.js'
import type { Value } from '../../src/program/program.js'
import { sizeOf } from '../../src/program/program.js'
import type { Mode } from './contender.js'

/** The second convolution, the network's largest product, on 25 images: filters x taps times taps x positions. */
const [FILTERS, TAPS, POSITIONS] = [64, 576, 25 * 49]
const FLOP_PER_TRIP = 2 * 2 * FILTERS * TAPS * POSITIONS
const TRIPS = 100

export class MatmulProbe {
  private constructor(
    private readonly executable: Executable,
    private readonly mode: Mode,
  ) {}

  static async create(engine: Engine, mode: Mode): Promise<MatmulProbe> {
    return new MatmulProbe(await engine.compile(probeProgram()), mode)
  }

  /** GFLOP/s of one seat, while all seats multiply. */
  async run(): Promise<number> {
    const started = performance.now()
    await Promise.all(Array.from({ length: this.mode.seats }, () => this.executable.run(feeds)))
    return (TRIPS * FLOP_PER_TRIP) / (performance.now() - started) / 1e6
  }
}

/** Forward product and weight gradient in turns: each result is the other's operand, so nothing can be left out. */
function probeProgram() {
  const b = new Builder()
  const weights = b.param('weights', [FILTERS, TAPS])
  const windows = b.param('windows', [TAPS, POSITIONS])
  const trips = b.param('trips', [], 'i32')
  const body = new Builder()
  const inner = { weights: body.param('weights', [FILTERS, TAPS]), windows: body.param('windows', [TAPS, POSITIONS]) }
  const output = body.matmul(inner.weights, inner.windows)
  const gradient = body.matmul(output, inner.windows, { transB: true })
  const { carried } = b.repeat(body.build({ weights: gradient }), TRIPS, trips, {
    carried: [weights],
    sliced: [],
    shared: [windows],
  })
  return b.build({ weights: carried[0] as Value })
}

/** Rows of `windows` are of length one, or the repeated products would overflow. */
const feeds: Tensors = {
  weights: filled([FILTERS, TAPS], 1),
  windows: filled([TAPS, POSITIONS], 1 / Math.sqrt(POSITIONS * TAPS)),
  trips: { shape: [], data: Int32Array.of(TRIPS) },
}

function filled(shape: readonly number[], value: number) {
  return { shape, data: new Float32Array(sizeOf(shape)).fill(value) }
}
