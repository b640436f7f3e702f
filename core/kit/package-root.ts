import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WeirError } from './errors.ts'

/**
 * The folder of the package that a module belongs to: the nearest one upwards with a package.json. Files
 * that ship beside the code (SQL, pages, recordings) are found from here, as compiled code lies in `dist/`,
 * which has no package.json of its own.
 * @param importMetaUrl the module's `import.meta.url`
 * @throws WeirError when there is none, which means that the installation is broken
 */
export function packageRoot(importMetaUrl: string): string {
  const start = dirname(fileURLToPath(importMetaUrl))
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) {
      throw new WeirError(`No package.json was found in ${start} or above; install Weir again.`)
    }
  }
}
