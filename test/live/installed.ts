import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../core/kit/package-root.ts'

const run = promisify(execFile)

/** The package as a stranger has it: packed, and installed in a folder of its own. */
export interface Installed {
  /** The `weir` command of the installation. */
  readonly bin: string
  has(dependency: string): Promise<boolean>
  remove(): Promise<void>
}

/** Packs what is built and installs it without its optional parts: no embedded store. */
export async function installWithoutStore(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-installed-'))
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    { cwd: packageRoot(import.meta.url), maxBuffer: 32 * 1024 * 1024 },
  )
  const [packed] = JSON.parse(stdout)
  const flags = ['--omit=optional', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
  await run('npm', ['install', ...flags, '--prefix', folder, join(folder, packed.filename)])
  const modules = join(folder, 'node_modules')
  return {
    bin: join(modules, 'flink-weir', 'cli', 'bin', 'weir.cjs'),
    async has(dependency) {
      const { stdout } = await run('ls', [modules])
      return stdout.split('\n').includes(dependency)
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
