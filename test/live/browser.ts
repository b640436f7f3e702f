import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { packageRoot } from '../../core/kit/package-root.ts'
import { chdbMissing } from '../store/chdb-missing.ts'

/** The distribution's browser: none is ever downloaded. */
const executablePath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)

/** Why pages cannot be looked at here; undefined when they can. */
export const browserMissing =
  executablePath === undefined
    ? 'there is no Chromium; install it with: apt-get install chromium'
    : chdbMissing

const screens = join(packageRoot(import.meta.url), 'docs', 'screens')

/** A real browser that remembers everything that its pages complained about. */
export interface RealBrowser {
  readonly complaints: readonly string[]
  open(url: string, options?: BrowserContextOptions): Promise<Page>
  close(): Promise<void>
}

export async function startBrowser(): Promise<RealBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: executablePath ?? '',
    args: ['--no-sandbox'],
  })
  const complaints: string[] = []
  return {
    complaints,
    async open(url, options = {}) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options })
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(url)
      return page
    },
    close: () => browser.close(),
  }
}

/** Kept under docs/ when asked for: they change with every run of the demonstration. */
export async function keepScreen(page: Page, name: string): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: a switch of these tests alone.
  if (process.env.WEIR_KEEP_SCREENS === undefined) return
  mkdirSync(screens, { recursive: true })
  await page.waitForTimeout(1_500)
  await page.screenshot({ path: join(screens, `${name}.png`), fullPage: true })
}
