import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      '{agent,cli,core,diagnosis,gateway,log-service,operations,test,ui}/**/*.test.{ts,tsx}',
    ],
    exclude: ['**/node_modules/**', 'dist/**', 'test/live/**'],
    // chDB crashes in worker threads; every file gets a process of its own.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
