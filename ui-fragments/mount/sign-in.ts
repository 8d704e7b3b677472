import type { SignedInWire } from '../../module/contract/api/sign-in.ts'
import { define } from '../elements/define.ts'
import { SignInElement } from '../elements/sign-in.ts'
import { fillPage } from './page.ts'

define({ 'parley-sign-in': SignInElement })

const place = document.querySelector<HTMLElement>('#parley')
if (place === null) throw new Error('There is no element with the id "parley" to sign in at.')
const base = place.getAttribute('data-base') ?? './'
const element = document.createElement('parley-sign-in') as SignInElement
element.base = base
element.link = new URLSearchParams(location.hash.slice(1)).get('link')
// A link is good once, but nobody need read it over a shoulder.
history.replaceState(null, '', location.pathname + location.search)
element.addEventListener('parley-signed-in', (event) => {
  const { page, token } = (event as CustomEvent<SignedInWire>).detail
  const there = new URL(page, new URL(base, document.baseURI))
  there.hash = new URLSearchParams({ token }).toString()
  location.replace(there)
})
fillPage(place)
place.replaceChildren(element)
