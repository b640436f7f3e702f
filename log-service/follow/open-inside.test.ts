import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openInside } from './open-inside.ts'

const base = realpathSync(mkdtempSync(join(tmpdir(), 'weir-inside-')))
afterAll(() => rmSync(base, { recursive: true, force: true }))
const root = join(base, 'root')
mkdirSync(join(root, 'pods'), { recursive: true })
mkdirSync(join(base, 'root-next-door'))
writeFileSync(join(root, 'pods', 'a.log'), 'inside')
writeFileSync(join(base, 'secret'), 'outside')
writeFileSync(join(base, 'root-next-door', 'b.log'), 'outside')
symlinkSync(join(root, 'pods', 'a.log'), join(root, 'link.log'))
symlinkSync(join(base, 'secret'), join(root, 'escape.log'))
symlinkSync('../root-next-door', join(root, 'folder'))
symlinkSync(join(root, 'circle.log'), join(root, 'circle.log'))
execFileSync('mkfifo', [join(root, 'pipe.log')])

const contentOf = (path: string) => {
  const fd = openInside(path, [root])
  const bytes = Buffer.alloc(20)
  const length = readSync(fd, bytes, 0, 20, 0)
  closeSync(fd)
  return bytes.toString('utf8', 0, length)
}

test.each(['pods/a.log', 'link.log'])('%s is opened', (path) => {
  expect(contentOf(join(root, path))).toBe('inside')
})

test.each([
  ['escape.log', 'leads out of the folder'],
  ['folder/b.log', 'leads out of the folder'],
  ['../secret', 'leads out of the folder'],
  ['../root-next-door/b.log', 'leads out of the folder'],
  ['pipe.log', 'no regular file'],
  ['pods', 'no regular file'],
  ['circle.log', 'ELOOP'],
  ['missing.log', 'ENOENT'],
])('%s is refused: %s', (path, why) => {
  expect(() => contentOf(join(root, path))).toThrow(why)
})
