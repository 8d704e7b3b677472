import { request } from 'node:http'
import t from 'tap'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { startCustomerPhone } from '../../module/lab/customer-phone.ts'
import { startLab } from './start-lab.ts'
import { until } from './until.ts'

const TEXT = { me: '+19542788086', business: '16313808000', text: 'Hello' }

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL('texts', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

/** Asks under another host's name, as a page does whose name was rebound to the loopback. fetch can't. */
function statusUnderName(url: string, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const asked = request(url, { headers: { host } }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
  asked.on('error', reject).end()
  return promise
}

t.test('its server is strict about what it is asked, and by whom', async (t) => {
  const { carrier } = await startLab(t)
  const phone = await startCustomerPhone({ peer: carrier, port: 0 })
  t.teardown(() => phone.close())

  const sent = await post(phone.url, TEXT)
  t.equal(sent.status, 201)
  t.match(await sent.json(), { ...TEXT, direction: 'sent', code: 202 })

  const wrong: readonly object[] = [
    {},
    { ...TEXT, text: '' },
    { ...TEXT, text: 'x'.repeat(2001) },
    { ...TEXT, text: 7 },
    { ...TEXT, me: '' },
    { ...TEXT, me: '+19542788086\r\nRoute: x' },
    { ...TEXT, me: '1@evil' },
    { ...TEXT, business: 'sip:600@127.0.0.1' },
    { ...TEXT, extra: 1 },
  ]
  for (const body of wrong)
    t.equal((await post(phone.url, body)).status, 400, JSON.stringify(body).slice(0, 60))
  t.equal((await post(phone.url, TEXT, { origin: 'http://elsewhere.example' })).status, 403)
  t.equal(await statusUnderName(phone.url, 'elsewhere.example'), 403)
  t.equal(await statusUnderName(phone.url, new URL(phone.url).host), 200)
  t.equal((await fetch(new URL('../package.json', phone.url))).status, 404)
  t.match((await fetch(phone.url)).headers.get('content-security-policy'), /default-src 'none'/)
})

t.test('a customer texts the business and reads its answers, whatever they hold', async (t) => {
  const { pbx, carrier } = await startLab(t)
  const phone = await startCustomerPhone({ peer: carrier, port: 0 })
  t.teardown(() => phone.close())
  const browser = await launchBrowser()
  t.teardown(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 390, height: 780 } })
  const faults: unknown[] = []
  page.on('pageerror', (error) => faults.push(error))
  await page.goto(phone.url)
  const log = page.getByRole('log')
  t.equal(await page.getByLabel('I am').inputValue(), '+19542788086')
  t.equal(await page.getByLabel('I text').inputValue(), '16313808000')

  await page.getByRole('textbox', { name: 'Text message' }).fill('My order, please')
  await page.keyboard.press('Enter')
  await log.getByText(/^Sent /).waitFor()
  t.match(await log.textContent(), /My order, please/)

  const hostile = '<img src=x onerror="document.title=1"> & "quotes"'
  await carrierReceives(pbx.httpPort, pbx.credentials.ari, hostile)
  await log.getByText(hostile).waitFor()
  t.equal(await page.title(), "A customer's phone")

  await page.getByLabel('I am').fill('12345')
  t.notMatch(await log.textContent(), /My order/, 'another number is another phone')
  await page.getByLabel('I am').fill('not a number!')
  await page.getByRole('textbox', { name: 'Text message' }).fill('x')
  t.ok(await page.getByRole('button', { name: 'Send' }).isDisabled(), 'a wrong number sends nothing')

  await page.getByLabel('I am').fill('+19542788086')
  await pbx.cli('dialplan remove context parley-inbound')
  await page.getByRole('button', { name: 'Send' }).click()
  await log.getByText('Not accepted: no such number (404)').waitFor()

  await page.reload()
  await log.getByText('My order, please').waitFor()
  await page.setViewportSize({ width: 320, height: 500 })
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  t.ok(overflow <= 0, 'nothing is wider than a narrow phone')
  t.strictSame(faults, [])

  await phone.close()
  await page.getByText('This phone has lost its connection').waitFor()
  await until('no connection is left', () =>
    fetch(phone.url).then(
      () => false,
      () => true,
    ),
  )
})

async function carrierReceives(
  httpPort: number,
  { username, secret }: { readonly username: string; readonly secret: string },
  text: string,
): Promise<void> {
  await fetch(`http://127.0.0.1:${httpPort}/ari/endpoints/sendMessage`, {
    method: 'PUT',
    headers: { authorization: `Basic ${btoa(`${username}:${secret}`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      to: 'pjsip:PJSIP/+19542788086@trunk1',
      from: 'sip:16313808000@127.0.0.1',
      body: text,
      variables: {},
    }),
  })
}
