import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyHelmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import type { FragmentManifest } from '../../manifest.ts'

export interface PageRoutesDeps {
  readonly fragments: readonly FragmentManifest[]
  readonly root: string
  readonly frameAncestors: readonly string[]
}

/** The standalone pages that carry the panels, as the manifest lists them. */
export const pageRoutes: FastifyPluginAsync<PageRoutesDeps> = async (app, deps) => {
  const { fragments, root, frameAncestors } = deps
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'self'", ...frameAncestors],
      },
    },
    // The older header knows no list of origins, and browsers that know the newer one pass over it.
    frameguard: frameAncestors.length === 0,
    // Whether Parley is reached by TLS is the proxy's business, which sets this itself where it is so.
    hsts: false,
  })
  await app.register(fastifyStatic, {
    root: join(root, 'ui-fragments/dist'),
    prefix: '/assets/',
    cacheControl: true,
    maxAge: 0,
  })
  for (const { page: file, mount } of fragments) {
    if (file === undefined || mount === undefined) continue
    const page = readFileSync(join(root, file), 'utf8')
    app.get(mount, { schema: { hide: true } }, async (_request, reply) =>
      reply.type('text/html; charset=utf-8').send(page),
    )
  }
}
