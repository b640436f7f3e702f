import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { browserMissing, keepScreen, type RealBrowser, startBrowser } from './browser.ts'
import { type Inbox, startInbox } from './inbox.ts'
import { type Running, startWeir } from './weir.ts'

if (browserMissing !== undefined)
  process.stdout.write(`The page of alerts is not tested: ${browserMissing}\n`)

const PORT = 7194
const base = `http://127.0.0.1:${PORT}`
const folder = mkdtempSync(join(tmpdir(), 'weir-alerts-page-'))
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe.skipIf(browserMissing !== undefined)('the page of alerts, in a real browser', () => {
  let weir: Running
  let browser: RealBrowser
  let inbox: Inbox

  beforeAll(async () => {
    inbox = await startInbox()
    writeFileSync(
      join(folder, 'weir.yaml'),
      stringify({
        diagnosis: {
          tokens: [
            { name: 'vera', sha256: sha256('viewer'), role: 'viewer' },
            { name: 'otto', sha256: sha256('operator'), role: 'operator' },
            { name: 'ada', sha256: sha256('admin'), role: 'admin' },
          ],
          alerts: {
            forMs: { flow: 1_000 },
            targets: { hook: { kind: 'webhook', url: `${inbox.url}/s3cret` } },
            routes: [{ name: 'all', to: ['hook'] }],
          },
        },
      }),
    )
    weir = await startWeir(
      [
        ...['up', '--demo', '--listen', `127.0.0.1:${PORT}`],
        ...['--config', join(folder, 'weir.yaml')],
      ],
      /Weir is at/,
    )
    browser = await startBrowser()
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await weir?.stop()
    await inbox?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Signs in as a browser does: the token is the password. */
  async function open(role: string, query = '', theme: 'light' | 'dark' = 'light'): Promise<Page> {
    const page = await browser.open(`${base}/alerts${query}`, {
      colorScheme: theme,
      httpCredentials: { username: role, password: role },
    })
    await page.waitForSelector('table.alerts tbody tr')
    return page
  }

  test.each(['light', 'dark'] as const)(
    'what fires, what is held back and behind which cause (%s)',
    async (theme) => {
      const page = await open('admin', '', theme)
      await page.waitForSelector('table.alerts .chip:has-text("recordings are told to nobody")')
      expect(await page.textContent('table.alerts')).toContain('refund-check')
      const held = page.locator('table.held-back tbody tr', { hasText: 'cart-totals' })
      expect(await held.textContent()).toContain('data-skew')
      await held.locator('a[href^="#alert-"]').click()
      expect(await page.textContent('table.alerts tr:target')).toContain('cart-totals')
      expect(await page.textContent('table.targets')).toContain('hook')
      expect(await page.content()).not.toContain('s3cret')
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      await keepScreen(page, `alerts-${theme}`)
      await page.close()
    },
  )

  test('an operator silences an alert with a reason, sees that it holds, and ends it', async () => {
    const page = await open('operator')
    const alert = page.locator('table.alerts tbody tr', { hasText: 'restarts again and again' })
    await alert.locator('text=Silence …').click()
    expect(new URL(page.url()).searchParams.get('cause')).toBe('restart-loop')
    await page.fill('#silence-comment', 'We know; the new version comes at noon.')
    await page.click('.fields button[type=submit]')
    const silence = page.locator('table.silences tbody tr')
    await silence.waitFor()
    expect(await silence.textContent()).toContain('refunds/-/refund-check')
    expect(await silence.textContent()).toContain('the new version comes at noon')
    expect(await silence.textContent()).toContain('otto')
    expect(await silence.locator('td').nth(3).textContent()).toBe('1')
    await silence.locator('button').click()
    await page.waitForSelector('table.silences tr.quiet:has-text("ended")')
    await page.close()
  })

  test('a silence that means nothing is refused with the sentence of the API', async () => {
    const page = await open('operator', '?silence=new')
    await page.fill('#silence-comment', 'All of them.')
    await page.click('.fields button[type=submit]')
    await page.waitForSelector('[role=alert]')
    expect(await page.textContent('[role=alert]')).toContain(
      'must name jobs, causes, severities or teams',
    )
    await page.close()
  })

  test('a test message arrives; a refused one is a dead letter and is sent again', async () => {
    const page = await open('operator')
    await page.click('text=Send a test')
    await page.waitForSelector('table.targets [role=status] .chip:has-text("delivered")')
    expect(inbox.received).toHaveLength(1)
    inbox.answerWith(400)
    await page.click('text=Send a test')
    await page.waitForSelector('table.targets [role=status] .chip:has-text("refused")')
    await page.click('text=Dead letters')
    const dead = page.locator('table.deliveries tbody tr')
    await expect.poll(() => dead.count()).toBe(1)
    expect(await dead.textContent()).toContain('refused')
    inbox.answerWith(200)
    await dead.locator('text=Send again').click()
    await page.waitForSelector('text=No message was given up.')
    await page.click('.seg >> text=All')
    await page.waitForSelector('table.deliveries')
    expect(await page.locator('table.deliveries .chip:has-text("delivered")').count()).toBe(2)
    // A message has one id for ever.
    const ids = inbox.received.map(({ id }) => id)
    expect([ids.length, new Set(ids).size]).toEqual([3, 2])
    await page.close()
  })

  test('an admin makes a webhook, which is told nothing inside, and removes it', async () => {
    const page = await open('admin', '?target=new')
    await page.locator('.fields input').first().fill('sly')
    await page.fill('.fields input[type=url]', 'http://127.0.0.1:1/inside')
    await page.click('.fields button[type=submit]')
    const row = page.locator('table.targets tr', { hasText: 'sly' })
    await row.waitFor()
    await row.locator('text=Send a test').click()
    await page.waitForSelector('table.deliveries tr:has-text("is not in the open internet")')
    await row.locator('text=Remove').click()
    await row.waitFor({ state: 'detached' })
    await page.close()
  })

  test('a viewer sees all of it and finds no button that changes anything', async () => {
    const page = await open('viewer', '?silence=new&target=new')
    await page.waitForSelector('text=vera has the role viewer')
    expect(await page.locator('main form').count()).toBe(0)
    const buttons = await page.locator('main button').allTextContents()
    expect(buttons).toEqual(['All', 'Dead letters'])
    await page.close()
  })

  test('another site cannot do it in the name of whoever looks', async () => {
    const page = await open('operator')
    const refused = await page.request.post(`${base}/api/v1/alerts/targets/hook/test`, {
      headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    })
    expect(refused.status()).toBe(403)
    await page.close()
  })

  test('Chinese', async () => {
    const page = await open('admin', '?lang=zh&silence=new')
    expect(await page.textContent('main')).toContain('被压下')
    await keepScreen(page, 'alerts-light-zh')
    await page.close()
  })

  test('no error ever reached the console', () => {
    // A browser itself writes down each answer that is no success: the refused silence.
    expect(browser.complaints.filter((text) => !text.includes('400 (Bad Request)'))).toEqual([])
  })
})
