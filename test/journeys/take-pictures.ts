// Makes the README's pictures anew, from the real thing: `node test/journeys/take-pictures.ts`.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { moduleRoot } from '../../module/manifest.ts'
import { until } from '../lab/until.ts'
import { startDesk } from './start-desk.ts'
import { takeThreadPictures } from './take-thread-pictures.ts'

const folder = join(moduleRoot, 'ui-fragments/screenshots')
const closers: (() => Promise<void> | void)[] = []
try {
  await takeThreadPictures(folder, (close) => void closers.push(close))
  await takePictures()
} finally {
  for (const close of closers.reverse()) await close()
}

async function takePictures(): Promise<void> {
  await mkdir(folder, { recursive: true })
  const desk = await startDesk({ teardown: (step) => void closers.push(step) })
  await Promise.all(['101', '102', '104'].map((extension) => desk.phone(extension)))
  const alice = await desk.open('agent', '101')
  const bob = await desk.open('agent', '102')
  await Promise.all([alice, bob].map((page) => page.getByRole('button', { name: 'Unassigned' }).waitFor()))
  const text = async (from: string, words: string) => {
    await desk.carrier.sendText({ from, to: '16313808000', text: words })
    await alice.getByText(words, { exact: false }).first().waitFor()
  }
  await text('+19542788086', 'Hi, my order 20417 has not arrived yet.')
  await text('+14155550132', 'Do you ship to Alaska?')
  await text('+12125550188', 'The invoice has the wrong address on it.')
  await text('+13055550109', 'Thanks, that solved it!')
  await open(alice, '+19542788086')
  await answer(alice, 'Sorry to hear that! Let me look it up.')
  await until('it left', () => desk.carrier.texts.seen.length === 1)
  await text('+19542788086', 'Thank you. It was to come on Monday.')
  await answer(alice, 'It left our warehouse this morning and arrives tomorrow.')
  await until('it left', () => desk.carrier.texts.seen.length === 2)
  await text('+19542788086', 'Great! Can I still change the address?')
  await open(bob, '+19542788086')
  await bob.getByText('change the address').last().waitFor()
  await alice.mouse.move(600, 5)

  const shots = await Promise.all([alice, bob].map((page) => page.screenshot()))
  await sideBySide(
    shots.map((shot, index) => ({
      shot,
      caption: ['Alice, who is designated', 'Bob, in the same queue'][index] ?? '',
    })),
  )
  await alice.screenshot({ path: join(folder, 'agent-panel.png') })
  await alice.getByRole('button', { name: 'More actions' }).click()
  await alice.getByRole('menuitem', { name: 'Transfer Handler' }).click()
  await alice.getByRole('radio').nth(1).check()
  await alice.screenshot({ path: join(folder, 'transfer-dialog.png') })
  await alice.keyboard.press('Escape')
  await alice.emulateMedia({ colorScheme: 'dark' })
  await alice.screenshot({ path: join(folder, 'agent-panel-dark.png') })
  await alice.emulateMedia({ colorScheme: 'light' })
  await alice.setViewportSize({ width: 390, height: 760 })
  await alice.screenshot({ path: join(folder, 'agent-panel-narrow.png') })
  const admin = await desk.open('admin', null)
  await admin.getByRole('button', { name: 'Check again' }).first().waitFor()
  await admin.screenshot({ path: join(folder, 'admin-panel.png') })
  await admin.getByRole('navigation').getByRole('button', { name: 'Rules' }).click()
  const simulator = admin.getByRole('region', { name: 'What if…' })
  await simulator.getByLabel('This number is texted').fill('16313808000')
  await simulator.getByLabel('By').fill('+12125550177')
  await simulator.getByLabel('Channel').selectOption('sip')
  await simulator.getByRole('button', { name: 'Simulate' }).click()
  await simulator.getByText('takes it.').waitFor()
  await admin.screenshot({ path: join(folder, 'admin-rules.png') })
}

async function open(page: Page, customer: string): Promise<void> {
  await page.locator('nav [data-id]', { hasText: customer }).first().click()
  await page.getByRole('textbox', { name: 'Reply' }).waitFor()
}

async function answer(page: Page, words: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Reply' }).fill(words)
  await page.keyboard.press('Enter')
}

async function sideBySide(pictures: readonly { shot: Buffer; caption: string }[]): Promise<void> {
  const browser = await launchBrowser()
  closers.push(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1480, height: 556 } })
  const figures = pictures.map(
    ({ shot, caption }) =>
      `<figure><img src="data:image/png;base64,${shot.toString('base64')}"><figcaption>${caption}</figcaption></figure>`,
  )
  await page.setContent(`<style>
      body { margin: 0; display: flex; gap: 24px; padding: 24px; background: #e9ebf0; font: 600 17px sans-serif; color: #444b5a }
      figure { margin: 0; flex: 1 } figcaption { margin-top: 12px; text-align: center }
      img { width: 100%; border-radius: 10px; box-shadow: 0 4px 18px #0002 }
    </style>${figures.join('')}`)
  await page.screenshot({ path: join(folder, 'two-agents.png') })
}
