import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Teardown } from '../lab/start-lab.ts'
import type { StandInPbx } from './stand-in-pbx.ts'

export interface WebServer {
  readonly url: string
  /** What the limits of FreePBX's .htaccess files turned away. */
  readonly refused: string[]
}

/** The rules of FreePBX's own pages that a panel meets: Bootstrap 3's reset and root, and what they do to elements. */
const styles = `html{font-size:10px} *{box-sizing:border-box} body{margin:0;font-family:"Helvetica Neue",Helvetica,Arial,sans-serif;
font-size:14px;line-height:1.42857143;color:#333;text-transform:uppercase;letter-spacing:2px} h1{font-size:36px;margin:20px 0 10px}
label{display:inline-block;font-weight:700;margin-bottom:5px} button,input{font-family:inherit;font-size:inherit} p{margin:0 0 10px}
.badge{display:inline-block;padding:3px 7px;border-radius:10px;color:#fff}`

const page = (body: string) =>
  `<!doctype html><html><head><meta charset="utf-8"><title>FreePBX</title><style>${styles}</style></head><body>${body}</body></html>`

/** As much of the portal's scripts as calls a module: classes with an init, settings, and the calls in their order. */
const portal = (settings: unknown) => `
<ul><li class="dashboard-menu active"><a>Messages</a></li></ul>
<div class="grid-stack-item" data-id="w1" style="height:600px"><div class="widget-content" style="height:100%"></div></div>
<script>
window.UCPMC = { extend: function (props) { var made = props.init; made.prototype = Object.assign({}, props); return made } };
</script>
<script src="modules/Parley/assets/js/freepbx-ucp.js"></script>
<script>
window.parley = new ParleyC({});
parley.staticsettings = ${JSON.stringify(settings)};
parley.ready();
window.showWidget = function (html) { document.querySelector('.widget-content').innerHTML = html; parley.displayWidget('w1', 'd1') };
window.leaveDashboard = function () { document.querySelector('.widget-content').innerHTML = ''; parley.showDashboard('d2') };
</script>`

/** FreePBX's web server: its pages, the module's files under its limits, AJAX by PHP, and /parley/ passed on. */
export async function startWebServer(t: Teardown, pbx: StandInPbx, user: number): Promise<WebServer> {
  const refused: string[] = []
  const [, , settings, display] = (await pbx.drive('widgets', [user])) as [
    unknown,
    unknown,
    unknown,
    { html: string },
  ]
  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://pbx')
    const html = (body: string) => response.setHeader('content-type', 'text/html').end(page(body))
    const json = (value: unknown) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
    if (pathname === '/admin/config.php')
      return html(`${await pbx.drive('page')}<script src="assets/parley/js/freepbx-admin.js"></script>`)
    if (pathname === '/ucp/index.php') return html(`${portal(settings)}<template>${display.html}</template>`)
    if (pathname === '/admin/ajax.php') {
      const origin = new URL(incoming.headers.referer ?? 'http://none').host
      if (origin !== incoming.headers.host) return response.writeHead(403).end()
      return json(
        await pbx.drive('ajax', [{ command: searchParams.get('command'), ...(await form(incoming)) }]),
      )
    }
    if (pathname === '/ucp/ajax.php') {
      const value = await pbx.drive('portal', [user, await form(incoming)])
      return value === 'declined' ? response.writeHead(403).end() : json(value)
    }
    if (pathname.startsWith('/parley/')) return pass(incoming, response, pbx.port)
    const file = pathname
      .replace(/^\/admin\/assets\/parley\//, `${pbx.module}/assets/`)
      .replace(/^\/ucp\/modules\/Parley\//, `${pbx.module}/ucp/`)
    const served = /\.(js|css|map|png|svg|woff2)$/.test(file) && !/node|libraries|helpers|i18n/.test(pathname)
    if (!served) {
      refused.push(pathname)
      return response.writeHead(403).end()
    }
    if (!existsSync(file)) return response.writeHead(404).end()
    return response.setHeader('content-type', 'text/javascript').end(readFileSync(file))
  }
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  const sockets = new Set<{ destroy(): void }>()
  server.on('upgrade', (incoming, socket, head) => {
    const target = connect(pbx.port, '127.0.0.1', () => {
      const lines = [`GET ${incoming.url?.replace(/^\/parley/, '')} HTTP/1.1`]
      for (let index = 0; index < incoming.rawHeaders.length; index += 2)
        lines.push(`${incoming.rawHeaders[index]}: ${incoming.rawHeaders[index + 1]}`)
      target.write(`${lines.join('\r\n')}\r\n\r\n`)
      target.write(head)
      target.pipe(socket).pipe(target)
    })
    for (const end of [target, socket]) {
      sockets.add(end)
      end.on('error', () => {
        target.destroy()
        socket.destroy()
      })
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, refused }
}

async function form(incoming: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')))
}

function pass(incoming: IncomingMessage, response: ServerResponse, port: number): void {
  const { url = '', method, headers } = incoming
  const onward = request(
    { port, host: '127.0.0.1', path: url.replace(/^\/parley/, ''), method, headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  onward.on('error', () => response.writeHead(502).end())
  incoming.pipe(onward)
}
