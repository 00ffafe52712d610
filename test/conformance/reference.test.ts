import { ReferenceEngine } from '../../src/engine/reference.js'
import { describeEngine } from './engine-suite.js'

describeEngine('reference', () => new ReferenceEngine(), 100)
