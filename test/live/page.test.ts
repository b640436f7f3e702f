import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobsPage } from '../../core/api/public.ts'
import { browserMissing, keepScreen as keep, type RealBrowser, startBrowser } from './browser.ts'
import { type Running, startWeir } from './weir.ts'

if (browserMissing !== undefined)
  process.stdout.write(`The page is not tested: ${browserMissing}\n`)

const PORT = 7193
const base = `http://127.0.0.1:${PORT}`

describe.skipIf(browserMissing !== undefined)(
  'the page of the demonstration, in a real browser',
  () => {
    let weir: Running
    let browser: RealBrowser
    beforeAll(async () => {
      weir = await startWeir(['up', '--demo', '--listen', `127.0.0.1:${PORT}`], /Weir is at/)
      browser = await startBrowser()
    }, 90_000)
    afterAll(async () => {
      await browser?.close()
      await weir?.stop()
    })

    const open = (path: string, colorScheme: 'light' | 'dark', width = 1440) =>
      browser.open(base + path, { colorScheme, viewport: { width, height: 900 } })

    test.each(['light', 'dark'] as const)(
      'the fleet shows every job with its cause (%s)',
      async (theme) => {
        const page = await open('/', theme)
        await page.waitForSelector('table.jobs tbody tr')
        expect(await page.locator('table.jobs tbody tr').count()).toBe(4)
        const text = await page.textContent('table.jobs')
        for (const words of [
          'refund-check',
          'restarts again and again',
          'A few keys load one subtask',
          'Too few subtasks',
          'nothing found',
        ]) {
          expect(text).toContain(words)
        }
        expect(await page.textContent('.banner')).toContain('recordings of real Flink runs')
        await keep(page, `fleet-${theme}`)
        await page.close()
      },
    )

    test.each([
      ['dark', 1440],
      ['light', 1440],
      ['dark', 1024],
    ] as const)(
      'a sick job shows its cause, the lit vertex, a chart and the advice (%s, %i)',
      async (theme, width) => {
        const { items } = (await (await fetch(`${base}/api/v1/jobs`)).json()) as JobsPage // Our own API.
        const sick = items.find(({ topCause }) => topCause?.rule === 'under-provisioned')
        const page = await open(`/jobs/${sick?.job}`, theme, width)
        await page.waitForSelector('.echart svg path', { state: 'attached' })
        expect(await page.textContent('.lead h2')).toContain('Plan route takes')
        expect(await page.textContent('.vertex.root')).toContain('Plan route')
        expect(await page.textContent('.advice')).toMatch(/×1\s*→\s*×[23]/)
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
        await keep(page, `job-${theme}${width === 1440 ? '' : `-${width}`}`)
        await page.close()
      },
    )

    test.each(['dark', 'light'] as const)(
      'the logs of a job: lines, patterns, what stood around one, and a query that is wrong (%s)',
      async (theme) => {
        const { items } = (await (await fetch(`${base}/api/v1/jobs`)).json()) as JobsPage // Our own API.
        const refunds = items.find(({ name }) => name === 'refund-check')
        const page = await open(`/jobs/${refunds?.job}`, theme)
        await page.click('.tabs a:has-text("Logs")')
        await page.waitForSelector('.log .l')
        expect(await page.locator('table.pat tbody tr').count()).toBeGreaterThan(10)
        await page.fill('#log-query', 'level:>=WARN exception:*')
        await page.waitForURL(/lq=/)
        await page.waitForSelector('.log .stack')
        await page.locator('.log .l').first().click()
        await page.waitForSelector('.context .focus')
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
        await keep(page, `logs-${theme}`)
        const answers = page.waitForResponse((response) => response.status() === 400)
        await page.fill('#log-query', 'failed OR')
        await answers
        await page.waitForSelector('[role=alert]')
        expect(await page.textContent('[role=alert]')).toContain('is missing here')
        await page.close()
      },
    )

    test('Chinese, the keyboard, and a job that does not exist', async () => {
      const page = await open('/?lang=zh', 'light', 1024)
      await page.waitForSelector('table.jobs tbody tr')
      expect(await page.textContent('main')).toContain('首要原因')
      await keep(page, 'fleet-light-1024-zh')
      await page.keyboard.press('j')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.jobbar')
      expect(new URL(page.url()).pathname).toMatch(/^\/jobs\//)
      await page.close()
    })

    test('the gate answers on the page of the job, with its reason and the way to ask', async () => {
      const { items } = (await (await fetch(`${base}/api/v1/jobs`)).json()) as JobsPage // Our own API.
      const sick = items.find(({ topCause }) => topCause?.rule === 'under-provisioned')
      const page = await open(`/jobs/${sick?.job}`, 'light')
      // What was replayed in a rush before the page opened has too few scores: that is unknown, and says so.
      await page.waitForSelector('#gate .chip:has-text("fail")', { timeout: 90_000 })
      expect(await page.textContent('#gate li')).toMatch(/The score was .* 8\.0 is asked for/)
      expect(await page.textContent('#gate pre')).toContain(
        `curl -sS -i '${base}/api/v1/jobs/${sick?.job}/gate?minScore=8`,
      )
      await page.close()
    })

    test('without routes the alerts say that nobody is told, and what to write', async () => {
      const page = await open('/', 'light')
      await page.click('.topbar a:has-text("Alerts")')
      await page.waitForSelector('table.alerts tbody tr')
      await page.waitForSelector('.banner:has-text("recordings")')
      expect(await page.textContent('main')).toContain('Nobody is told of anything')
      expect(await page.textContent('pre')).toContain('routes:')
      expect(await page.textContent('table.alerts')).toContain('no route takes it')
      await page.close()
    })

    test('no error ever reached the console', () => {
      // A browser itself writes down each answer that is no success: here those to the query that is wrong.
      expect(browser.complaints.filter((text) => !text.includes('400 (Bad Request)'))).toEqual([])
    })
  },
)
