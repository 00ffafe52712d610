/** The shape of one example in front of each layer, and behind the last. */
import type { Artifact, Layer } from '../model/artifact.js'
import { windowCount } from '../program/ops.js'
import { at } from '../program/program.js'

export interface ExampleShape {
  readonly channels: number
  readonly height: number
  readonly width: number
  /** channels * height * width */
  readonly size: number
}

/** One shape a layer, its input's, and one more: the output of the last layer. Throws Error where a layer does not fit. */
export function layerShapes(artifact: Pick<Artifact, 'input' | 'layers'>): ExampleShape[] {
  const { input } = artifact
  const shapes = [
    input.kind === 'image' ? exampleShape(input.channels, input.height, input.width) : exampleShape(input.length, 1, 1),
  ]
  artifact.layers.forEach((layer, index) => {
    shapes.push(outputShape(layer, index, at(shapes, index)))
  })
  return shapes
}

function outputShape(layer: Layer, index: number, { channels, height, width }: ExampleShape): ExampleShape {
  switch (layer.type) {
    case 'conv2d':
    case 'maxPool': {
      const window =
        layer.type === 'conv2d'
          ? { size: layer.kernel, stride: layer.stride, padding: layer.padding }
          : { ...layer, padding: 0 }
      const [rows, columns] = [windowCount(height, window), windowCount(width, window)]
      if (rows < 1 || columns < 1)
        throw new Error(`layer ${index} (${layer.type}) does not fit into ${height} x ${width}`)
      return exampleShape(layer.type === 'conv2d' ? layer.filters : channels, rows, columns)
    }
    case 'dense':
      return exampleShape(layer.units, 1, 1)
    default:
      return exampleShape(channels, height, width)
  }
}

function exampleShape(channels: number, height: number, width: number): ExampleShape {
  return { channels, height, width, size: channels * height * width }
}
