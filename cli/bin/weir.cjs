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
  process.stderr.write(
    'Weir has not been built yet: run "npm install" or "npm run build" in its folder.\n',
  )
  process.exit(1)
}
void import(pathToFileURL(main).href)
