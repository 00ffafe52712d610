import { defineConfig } from 'vitest/config'

/** What asks for an engine by test/engines.ts: properties, golden files and servers hold on each of them. */
const onAnyEngine = [
  'test/conformance/convolution.test.ts',
  'test/golden/golden.test.ts',
  'test/learner/**/*.test.ts',
  'test/serving/{batch-mates,interleaving}.test.ts',
  'test/e2e/**/*.test.ts',
]

const settings = {
  // Engine workers are threads of the process under test, so each file gets a process of its own.
  pool: 'forks' as const,
  testTimeout: 60_000,
  hookTimeout: 120_000,
}

export default defineConfig({
  test: {
    projects: [
      { test: { ...settings, name: 'onnx', include: ['test/**/*.test.ts'], provide: { engine: 'onnx' } } },
      { test: { ...settings, name: 'tensorflow', include: onAnyEngine, provide: { engine: 'tensorflow' } } },
    ],
  },
})
