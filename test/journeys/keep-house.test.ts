import type { Page } from 'playwright-core'
import t from 'tap'
import twilio from 'twilio'
import { createCarrier } from '../../module/carriers/registry.ts'
import { answer, startFaultyServer } from '../carriers/faulty-server.ts'
import { accountSid } from '../carriers/twilio/twilio-account.ts'
import { startDesk } from './start-desk.ts'

const customer = '+19542788086'
const did = '16313808000'
const waitMs = 30_000

t.test('an administrator keeps house on a real PBX', { timeout: 110_000 }, async (t) => {
  const api = await startFaultyServer()
  t.teardown(() => api.close())
  api.behave(answer(200, JSON.stringify({ sid: accountSid, status: 'active' })))
  const desk = await startDesk(t, {
    reachable: true,
    outside: { createCarrier: (account, deps) => createCarrier(account, { ...deps, apiBase: api.url }) },
  })
  const { url, store } = desk.sidecar()
  await desk.phone('101')
  const erinsPhone = await desk.phone('105')
  const text = async (from: string, to: string, words: string) =>
    t.equal((await desk.carrier.sendText({ from, to, text: words })).code, 202)
  await text(customer, did, 'Where is my order?')
  await text('+14155550199', '6313808001', 'Is this the sales line?')
  const admin = await desk.open('admin', null)
  const alice = await desk.open('agent', '101')
  const form = admin.getByRole('dialog')
  const go = (place: string) => admin.getByRole('navigation').getByRole('button', { name: place }).click()
  const row = (name: string | RegExp) => admin.getByRole('row', { name })
  const inList = (page: Page, words: string) => page.locator('nav [data-id]', { hasText: words })
  const reply = alice.getByRole('textbox', { name: 'Reply' })

  await t.test('a carrier of another kind, from its form to its end', async (t) => {
    await go('Carriers')
    await admin.getByRole('button', { name: 'Add carrier' }).click()
    await form.getByRole('button', { name: /^Twilio/ }).click()
    await form.getByLabel('Name', { exact: true }).fill('Twilio main')
    await form.getByLabel('Account SID').fill(accountSid)
    await form.getByLabel('Auth token').fill('the-first-token')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    const card = admin.locator('.carrier', { hasText: 'Twilio main' })
    const hook = `${url}/webhooks/twilio-main`
    await card.getByText(hook, { exact: true }).waitFor()
    await admin.getByRole('button', { name: 'Test Twilio main' }).click()
    await card.getByText(`${url} leads to this Parley.`).waitFor()
    t.match(api.last().path, accountSid, 'its API was asked')

    let calls = 0
    const callSignedBy = async (token: string) => {
      calls += 1
      const fields = {
        MessageSid: `SM${String(calls).padStart(32, '0')}`,
        AccountSid: accountSid,
        From: '+14155550132',
        To: `+${did}`,
        Body: `Call ${calls}`,
        NumMedia: '0',
      }
      const response = await fetch(hook, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': twilio.getExpectedTwilioSignature(token, hook, fields),
          connection: 'close',
        },
        body: new URLSearchParams(fields).toString(),
      })
      await response.text()
      return response.status
    }
    t.equal(await callSignedBy('the-first-token'), 200)
    await inList(alice, 'Call 1').waitFor()

    await admin.getByRole('button', { name: 'Keys of Twilio main' }).click()
    await form.getByLabel('New auth token').fill('the-second-token')
    await form.getByRole('button', { name: 'Replace' }).click()
    const drop = form.getByRole('button', { name: 'Drop the old keys' })
    await drop.waitFor()
    t.equal(await callSignedBy('the-first-token'), 200, 'the old key is good until it is dropped')
    t.equal(await callSignedBy('the-second-token'), 200)
    await drop.click()
    await drop.waitFor({ state: 'detached' })
    t.equal(await callSignedBy('the-first-token'), 403)
    t.equal(await callSignedBy('the-second-token'), 200)
    await admin.keyboard.press('Escape')
    await form.waitFor({ state: 'detached' })

    await admin.getByRole('switch', { name: 'Enabled: Twilio main' }).uncheck()
    await card.getByText('Disabled', { exact: true }).waitFor()
    t.ok((await callSignedBy('the-second-token')) >= 400, 'switched off, it lets nothing in')
    await admin.getByRole('button', { name: 'Delete Twilio main' }).click()
    await admin.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
    await card.waitFor({ state: 'detached' })
    t.equal(await callSignedBy('the-second-token'), 403, 'and gone, it is a stranger')
    t.same(
      store.carriers().map(({ kind }) => kind),
      ['sip-message'],
    )
  })

  await t.test('a supervisor is made, signs in by his phone, oversees, and is sent out', async (t) => {
    await go('People')
    await admin.getByRole('button', { name: 'Roles of Erin Evans' }).click()
    await form.getByRole('checkbox', { name: /^Supervisor/ }).check()
    await form.getByRole('checkbox', { name: /Support Department/ }).check()
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    await row(/^Erin Evans/)
      .getByText('Oversees Support Department')
      .waitFor()

    const erin = await desk.openAt(`${url}/sign-in`)
    await erin.getByRole('textbox', { name: 'Your extension' }).fill('105')
    await erin.keyboard.press('Enter')
    const [code = ''] = /^\d{6}/.exec((await erinsPhone.texts.next(waitMs)).text) ?? []
    await erin.getByRole('textbox', { name: 'The code on the phone' }).fill(code)
    await erin.keyboard.press('Enter')
    await erin.waitForURL(/\/agent$/)
    await inList(erin, 'Where is my order?').waitFor()
    await erin.goto(`${url}/admin`)
    await erin.getByRole('row', { name: /\+19542788086/ }).waitFor()
    t.same(await erin.getByRole('navigation').getByRole('button').allInnerTexts(), ['Overview', 'Groups'])

    await admin.getByRole('button', { name: 'Sessions of Erin Evans' }).click()
    await row(/^Erin Evans.*Code on the phone/)
      .getByRole('button', { name: /^End the session/ })
      .click()
    await admin.getByText('Ended by Administrator').waitFor()
    await erin.getByText('This session was ended. Sign in again.').waitFor()
  })

  await t.test('what no rule took is sent on to an agent', async () => {
    await go('Unrouted')
    const item = admin.locator('.item', { hasText: 'Is this the sales line?' })
    await item.getByRole('button', { name: /^Send the message/ }).click()
    await item.getByLabel('To').selectOption('queue/8000')
    await item.getByRole('button', { name: 'Send on' }).click()
    await admin.getByText('Every message found its rule.').waitFor()
    await inList(alice, 'Is this the sales line?').waitFor()
  })

  await t.test('a canned reply is offered after a slash', async (t) => {
    await go('Canned replies')
    await admin.getByRole('button', { name: 'Add reply' }).click()
    await form.getByLabel('Title').fill('On its way')
    await form.getByLabel('Shortcut').fill('way')
    await form.getByLabel('For').selectOption('queue/8000')
    await form.getByLabel('Text').fill('It is on its way, says {agent.name}.')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    await inList(alice, customer).click()
    await reply.pressSequentially('/wa')
    await alice.getByRole('option', { name: /^\/way/ }).click()
    t.equal(await reply.inputValue(), 'It is on its way, says Alice Adams.')
    await alice.keyboard.press('Enter')
    t.equal((await desk.carrier.texts.next(waitMs)).text, 'It is on its way, says Alice Adams.')
  })

  await t.test('a file of contacts names the customer', async () => {
    await go('Contacts')
    await admin.locator('input[type=file]').setInputFiles({
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`address,name,note\n${customer},"Doe, Jane",Pays early\n`),
    })
    await admin.getByRole('region', { name: 'Import' }).getByRole('button', { name: 'Import' }).click()
    await row(/^Doe, Jane/).waitFor()
    await alice.reload()
    await inList(alice, 'Doe, Jane').waitFor()
  })

  await t.test('an opt-out shuts the composer and says why', async () => {
    await inList(alice, 'Doe, Jane').click()
    await reply.waitFor()
    await go('Opt-outs')
    await admin.getByRole('button', { name: 'Add opt-out' }).click()
    await admin.getByRole('textbox', { name: 'Customer', exact: true }).fill(customer)
    await admin.getByRole('textbox', { name: 'DID' }).fill(`+${did}`)
    await admin.getByLabel('Reason, kept for good').fill('Asked by telephone')
    await admin.getByRole('button', { name: 'Save' }).click()
    await row(/Doe, Jane/)
      .getByText('Asked by telephone')
      .waitFor()
    await alice.getByText('The customer opted out of messages from this number.').waitFor()
    await reply.waitFor({ state: 'detached' })
  })

  await t.test('a key for a program: shown once, good, revoked', async (t) => {
    await go('API keys')
    await admin.getByRole('button', { name: 'Create key' }).click()
    await admin.getByLabel('Name').fill('Reports')
    await admin.getByRole('checkbox', { name: 'conversations:read' }).check()
    await admin.getByRole('button', { name: 'Create', exact: true }).click()
    const key = (await admin.getByLabel('API key', { exact: true }).textContent()) ?? ''
    const call = async () => {
      const response = await fetch(`${url}/api/v1/conversations`, {
        headers: { authorization: `Bearer ${key}`, connection: 'close' },
      })
      return { status: response.status, body: await response.text() }
    }
    const good = await call()
    t.equal(good.status, 200)
    t.match(good.body, customer)
    await admin.getByRole('button', { name: 'I have it' }).click()
    await admin.getByLabel('API key', { exact: true }).waitFor({ state: 'detached' })
    await admin.reload()
    await go('API keys')
    await row(/^Reports/).waitFor()
    t.notOk((await admin.locator('body').innerText()).includes(key), 'it is not shown again')
    await admin.getByRole('button', { name: 'Revoke Reports' }).click()
    await admin.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click()
    await admin.getByText('Revoked', { exact: true }).waitFor()
    const refused = await call()
    t.equal(refused.status, 401)
    t.match(refused.body, 'key-revoked')
  })

  await t.test('the log has it all, and no secret', async (t) => {
    await go('Audit log')
    const acts = [
      'Added the carrier “Twilio main”. New secrets: authToken.',
      'Tried the carrier twilio-main.',
      'Changed the carrier “Twilio main”.',
      'Replaced keys of the carrier “Twilio main”: authToken.',
      'Dropped the replaced keys of the carrier “Twilio main”.',
      'Deleted the carrier “Twilio main”.',
      'Made 105 agent, supervisor.',
      'Ended a session.',
      'Sent an unrouted message on.',
      'Wrote the canned reply /way.',
      'Imported contacts from a CSV file.',
      `Opted ${customer} out of +${did}.`,
      'Made the API key “Reports” for conversations:read.',
      'Revoked the API key “Reports”.',
    ]
    await row(/Added the carrier/).waitFor()
    const told = await admin.getByRole('table').innerText()
    for (const act of acts) t.ok(told.includes(act), act)
    for (const secret of ['the-first-token', 'the-second-token', 'Where is my order?'])
      t.notOk(told.includes(secret), `not ${secret}`)
    const only = async (kind: string, act: string, gone: string) => {
      await admin.getByLabel('What').selectOption(kind)
      await admin.getByRole('button', { name: 'Search' }).click()
      await admin.getByText(gone).waitFor({ state: 'detached' })
      await admin.getByText(act).first().waitFor()
    }
    await only('carrier', 'Deleted the carrier “Twilio main”.', 'Ended a session.')
    await only('contact', 'Imported contacts from a CSV file.', 'Deleted the carrier')
  })

  t.same(desk.complaints, [], 'no page threw')
})
