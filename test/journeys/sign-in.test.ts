import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import t from 'tap'
import { oneTimeLink } from '../../module/cli/session-link.ts'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { startDesk } from './start-desk.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(on: Document): Promise<AxeResults> } }).axe.run(document),
  )
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

t.test('an agent signs in by the code on his desk phone', { timeout: 110_000 }, async (t) => {
  const desk = await startDesk(t)
  const phone = await desk.phone('101')
  const browser = await launchBrowser()
  t.teardown(() => browser.close())
  const { url, tokenKey } = desk.sidecar()
  const newPage = async () => (await browser.newContext()).newPage()

  await t.test('extension, code, panel: by keyboard alone', async (t) => {
    const page = await newPage()
    await page.goto(`${url}/sign-in`)
    await page.getByRole('textbox', { name: 'Your extension' }).waitFor()
    t.same(await violations(page), [])
    await page.keyboard.type('101')
    await page.keyboard.press('Enter')
    const code = page.getByRole('textbox', { name: 'The code on the phone' })
    await code.waitFor()
    t.equal(await code.getAttribute('autocomplete'), 'one-time-code')
    t.same(await violations(page), [])
    const shown = await phone.texts.next()
    const [digits = ''] = /^\d{6}/.exec(shown.text) ?? []
    t.match(shown.text, /^\d{6} is your Parley sign-in code/)
    const wrong = String((Number(digits) + 1) % 1_000_000).padStart(6, '0')
    await code.fill(wrong)
    await page.keyboard.press('Enter')
    const alert = page.getByRole('alert')
    await alert.waitFor()
    t.match(await alert.textContent(), /newest code/)
    t.same(await violations(page), [])
    await code.fill(digits)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/agent$/)
    await page.getByRole('button', { name: 'Unassigned' }).waitFor()
    await desk.carrier.sendText({ from: '+19542788086', to: '16313808000', text: 'Anybody there?' })
    await page.locator('nav [data-id]').first().waitFor()
  })

  await t.test('a link from the console is good once', async (t) => {
    const link = oneTimeLink({ tokenKey, url, extension: null, roles: ['admin'], hours: 1 })
    const first = await newPage()
    await first.goto(link)
    await first.waitForURL(/\/admin$/)
    const second = await newPage()
    await second.goto(link)
    const alert = second.getByRole('alert')
    await alert.waitFor()
    t.match(await alert.textContent(), /used already/)
    t.notMatch(second.url(), 'link=', 'and leaves the address bar')
  })
  t.same(desk.complaints, [], 'no page threw')
})
