import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { packageRoot } from './package-root.ts'

const root = mkdtempSync(join(tmpdir(), 'weir package-root-'))
mkdirSync(join(root, 'dist', 'core', 'kit'), { recursive: true })
writeFileSync(join(root, 'package.json'), '{}')
afterAll(() => rmSync(root, { recursive: true }))

test.each([
  ['a source file', ['core', 'main.ts']],
  ['a compiled file', ['dist', 'core', 'kit', 'package-root.js']],
  ['a file beside package.json', ['index.js']],
])('%s finds the folder with package.json', (_, path) => {
  expect(packageRoot(pathToFileURL(join(root, ...path)).href)).toBe(root)
})

test('a module outside any package is told so', () => {
  expect(() => packageRoot('file:///nowhere/at/all.js')).toThrow(
    'No package.json was found in /nowhere/at or above; install Weir again.',
  )
})
