import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../core/kit/package-root.ts'
import { importsBelow, importsOf, objection } from './imports.ts'

const root = packageRoot(import.meta.url)
const folders = [
  'agent',
  'bench',
  'cli',
  'core',
  'diagnosis',
  'gateway',
  'log-service',
  'operations',
  'test',
  'ui',
]

test('arrows between folders go to core only', () => {
  const imports = importsBelow(root, folders)
  expect(imports.length).toBeGreaterThan(300)
  expect(imports.flatMap((one) => objection(one) ?? [])).toEqual([])
})

test.each([
  [
    'agent/start.ts',
    "import { diagnose } from '../diagnosis/engine/diagnose.ts'",
    'agent/start.ts imports diagnosis/engine/diagnose.ts: agent may import agent, core only.',
  ],
  [
    'core/model/job.ts',
    "import { retry } from '../kit/retry.ts'",
    'core/model/job.ts imports core/kit/retry.ts: core/model may import core/model only.',
  ],
  [
    'diagnosis/rules/x.ts',
    "import { openStore } from '../../core/store/open.ts'",
    'diagnosis/rules/x.ts imports core/store/open.ts: diagnosis/rules may import diagnosis/rules, diagnosis/engine/rule.ts, diagnosis/signals, core/model, core/flink/memory only.',
  ],
  [
    'ui/src/x.ts',
    "import { Batch } from '../../core/api/batch.ts'",
    'ui/src/x.ts imports core/api/batch.ts: ui may import ui only.',
  ],
  [
    'log-service/x.ts',
    "import { createTokenCheck } from '../gateway/intake/tokens.ts'",
    'log-service/x.ts imports gateway/intake/tokens.ts: log-service may import log-service, core only.',
  ],
  [
    'gateway/x.ts',
    "const cli = await import('../cli/main.ts')",
    'gateway/x.ts imports cli/main.ts: gateway may import gateway, core only.',
  ],
])('a wrong import in %s is refused', (file, text, sentence) => {
  expect(importsOf(root, join(root, file), text).map(objection)).toEqual([sentence])
})

test('the page may know the types of the API', () => {
  const text = "import type { Fleet } from '../../core/api/public.ts'"
  expect(importsOf(root, join(root, 'ui/src/x.ts'), text).map(objection)).toEqual([undefined])
})
