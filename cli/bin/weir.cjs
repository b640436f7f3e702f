#!/usr/bin/env node
// CommonJS, because the embedded store keeps threads of libuv's pool busy and the pool's size is read
// before the first ES module runs.
// biome-ignore lint/style/noProcessEnv: libuv reads it there and nowhere else.
process.env.UV_THREADPOOL_SIZE ??= '16'

const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { pathToFileURL } = require('node:url')

const main = join(__dirname, '..', '..', 'dist', 'cli', 'main.js')
if (!existsSync(main)) {
  console.error(
    'Weir has not been built yet: run "npm install" (or "npm run build") in its folder.',
  )
  process.exit(1)
}
import(pathToFileURL(main).href)
