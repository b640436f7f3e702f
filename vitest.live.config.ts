import { defineConfig } from 'vitest/config'

/** Suites beside a real Flink and Kafka, one after the other: they share ports and two cores. */
export default defineConfig({
  test: {
    include: ['test/live/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
