/**
 * How V8 collects garbage; imported first by whatever is started. V8 counts the memory of arrays as heap, and lets a small heap
 * grow by so little that a dozen weight vectors bring on the next full collection: meta-training took 17% longer, and a
 * server's event loop spent a quarter of its time there (docs/benchmarks.md). `--single-threaded-gc`, which helps a server too,
 * can only stand on the command line.
 */
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--heap-growing-percent=400')
