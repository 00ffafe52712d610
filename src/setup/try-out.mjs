/** Run by verify.ts in a process of its own, by node itself: loads the package at argv[2] and has it compute the graph at argv[3]. */
import { createRequire } from 'node:module'

try {
  const [, , home, graph] = process.argv
  const tf = createRequire(import.meta.url)(home)
  const loaded = await tf.node.loadSavedModel(graph, ['serve'], 'run0')
  const { r0: result } = loaded.predict({ p0: tf.scalar(3, 'int32') })
  const values = [...result.dataSync()]
  if (values.join() !== '4,3') throw new Error(`a small graph gives ${values} instead of 4,3`)
  const backend = tf.backend()
  console.log(`tensorflow ${backend.binding.TF_Version}, tfjs ${tf.version.tfjs}`)
  console.log(backend.isUsingGpuDevice ? 'GPU' : 'CPU')
} catch (error) {
  console.error(`Fault: ${String(error?.message ?? error).split('\n')[0]}`)
  process.exitCode = 1
}
