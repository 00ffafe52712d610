/** `npm run test:chaos`: the long run, which `npm test` leaves out. CHAOS_SEED=n plays another one. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/chaos/*.chaos.ts'], pool: 'forks', testTimeout: 1_200_000, hookTimeout: 60_000 },
})
