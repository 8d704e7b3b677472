import t from 'tap'
import { launchBrowser } from '../../module/lab/chromium.ts'
import { until } from '../lab/until.ts'
import { startStandIn } from './stand-in-pbx.ts'
import { startWebServer } from './web-server.ts'

t.test('the panels in FreePBX’s own pages', async (t) => {
  const pbx = await startStandIn(t)
  await pbx.drive('call', ['install'])
  await pbx.drive('save', ['user', 7, { parley_allowed: 'true' }])
  const web = await startWebServer(t, pbx, 7)
  await until(
    'the sidecar answers',
    () =>
      fetch(`${web.url}/parley/health/live`).then(
        (answer) => answer.ok,
        () => false,
      ),
    20_000,
  )
  const browser = await launchBrowser()
  t.teardown(() => browser.close())
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const errors: string[] = []
  context.on('weberror', (error) => errors.push(String(error.error())))

  await t.test('admin', async (t) => {
    const page = await context.newPage()
    await page.goto(`${web.url}/admin/config.php?display=parley`)
    const panel = page.locator('parley-admin-panel')
    const entry = panel.getByRole('navigation').getByRole('button', { name: 'Overview' })
    await entry.waitFor()
    const look = await entry.evaluate((element) => {
      const { fontSize, letterSpacing, textTransform } = getComputedStyle(element)
      return { fontSize, letterSpacing, textTransform }
    })
    t.same(
      look,
      { fontSize: '14px', letterSpacing: 'normal', textTransform: 'none' },
      'of its own size in a 10 px page',
    )
    const box = await panel.boundingBox()
    t.ok((box?.height ?? 0) >= 600, 'and fills the page')
    await page.close()
  })

  await t.test('portal: widget, another dashboard, badge, page of its own', async (t) => {
    const page = await context.newPage()
    const tokens: string[] = []
    page.on('request', (request) => {
      if (request.url().endsWith('/ucp/ajax.php')) tokens.push(request.postData() ?? '')
    })
    await page.goto(`${web.url}/ucp/index.php`)
    const panel = page.locator('parley-agent-panel')
    await page.waitForFunction(() => document.querySelector('parley-agent-panel')?.shadowRoot !== null)
    t.equal(await panel.isVisible(), false, 'in the page before its widget is shown')
    await page.evaluate(() => Reflect.get(window, 'showWidget')('<div class="parley-place"></div>'))
    await panel.getByRole('heading', { name: 'Messages' }).waitFor()
    const box = await panel.boundingBox()
    t.ok((box?.height ?? 0) >= 420 && (box?.width ?? 0) > 700, `it fills the widget: ${JSON.stringify(box)}`)

    await page.evaluate(() => Reflect.get(window, 'leaveDashboard')())
    await panel.waitFor({ state: 'hidden' })
    t.equal(await panel.count(), 1, 'it lives on where another dashboard is shown')
    await page.evaluate(() =>
      document
        .querySelector('parley-agent-panel')
        ?.dispatchEvent(new CustomEvent('parley-unseen', { detail: 2 })),
    )
    t.equal(await page.locator('.dashboard-menu .parley-badge').textContent(), '2')
    await page.evaluate(() => Reflect.get(window, 'showWidget')('<div class="parley-place"></div>'))
    await panel.getByRole('heading', { name: 'Messages' }).waitFor()
    t.equal(tokens.length, 1, 'one token for all of it')
    t.match(tokens[0], /module=Parley&command=token&panel=[0-9a-f-]{36}/)
    await page.close()

    const own = await context.newPage()
    await own.goto(`${web.url}/parley/ucp`)
    await own.locator('parley-agent-panel').getByRole('heading', { name: 'Messages' }).waitFor()
    await own.close()
    await pbx.drive('save', ['user', 7, { parley_allowed: 'false' }])
    const stranger = await context.newPage()
    await stranger.goto(`${web.url}/parley/ucp`)
    await stranger.getByRole('link', { name: 'Sign in to the User Control Panel' }).waitFor()
    t.match(await stranger.getByRole('status').textContent(), /ask your administrator/)
    await stranger.close()
  })
  t.same(errors, [])
  t.same(web.refused, [], 'nothing was asked for that FreePBX’s web server does not serve')
})
