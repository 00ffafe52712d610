/** A process of its own that tells what TensorFlow is on this machine: what a server does not use, it need not have in its memory. */
import { infoOf, loadLibrary } from './library.js'

console.log(JSON.stringify(infoOf(loadLibrary({ cacheDir: '', device: 'auto' }))))
