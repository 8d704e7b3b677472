// The customer's phone: shows the texts of the number chosen in "I am", and sends to the one in "I text".

/** A SIP MESSAGE's text may have this many bytes; Asterisk drops a longer one's text. */
const LONGEST_TEXT_BYTES = 1023

const element = (id) => document.getElementById(id)
const [me, business, texts, nothing, composer, draft] = [
  'me',
  'business',
  'texts',
  'nothing',
  'composer',
  'text',
].map(element)
const sendButton = composer.querySelector('button')

/** Every text by its id: a later event for the same one brings its state. */
const known = new Map()

const events = new EventSource('events')
events.onopen = () => {
  element('offline').hidden = true
}
events.onerror = () => {
  element('offline').hidden = false
}
events.onmessage = ({ data }) => {
  const text = JSON.parse(data)
  known.set(text.id, text)
  show()
}

me.addEventListener('input', show)
business.addEventListener('input', showDraft)
draft.addEventListener('input', showDraft)
draft.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  composer.requestSubmit()
})
composer.addEventListener('submit', (event) => {
  event.preventDefault()
  if (canSend()) void send()
})
showDraft()

async function send() {
  const body = JSON.stringify({ me: me.value, business: business.value, text: draft.value })
  const kept = draft.value
  draft.value = ''
  showDraft()
  try {
    const response = await fetch('texts', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    if (!response.ok) throw new Error(`The phone's server answered ${response.status}.`)
  } catch (error) {
    // Nothing was sent, so nothing of it shows above: the writing comes back.
    if (draft.value === '') draft.value = kept
    showDraft()
    element('length').textContent = `Not sent. ${error.message}`
  }
}

function show() {
  const mine = [...known.values()].filter((text) => digits(text.me) === digits(me.value))
  const rows = mine.flatMap((text, index) => {
    const isNewBusiness = digits(mine[index - 1]?.business ?? '') !== digits(text.business)
    return [...(isNewBusiness ? [line('with', text.business)] : []), ...bubble(text)]
  })
  nothing.hidden = rows.length > 0
  texts.replaceChildren(nothing, ...rows)
  texts.scrollTop = texts.scrollHeight
  showDraft()
}

/** Texts are strangers' words: they only ever become text nodes. */
function bubble(text) {
  const pending = text.direction === 'sent' && text.code === null
  const shown = line(`bubble ${text.direction} ${pending ? 'pending' : ''}`, text.text)
  const refused = text.direction === 'sent' && text.code !== null && text.code >= 300
  return [shown, line(`state ${text.direction} ${refused ? 'refused' : ''}`, stateOf(text))]
}

function stateOf({ direction, code, at }) {
  const time = new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  if (direction === 'received') return time
  if (code === null) return 'Sending…'
  if (code < 300) return `Sent ${time}`
  if (code === 408) return 'Not accepted: no answer'
  return code === 404 ? 'Not accepted: no such number (404)' : `Not accepted (${code})`
}

function line(className, words) {
  const paragraph = document.createElement('p')
  paragraph.className = className
  paragraph.textContent = words
  return paragraph
}

function digits(number) {
  return number.replace(/^\+/, '').toLowerCase()
}

function canSend() {
  return draft.value.trim() !== '' && me.checkValidity() && business.checkValidity()
}

function showDraft() {
  sendButton.disabled = !canSend()
  draft.style.height = 'auto'
  draft.style.height = `${draft.scrollHeight + 2}px`
  const bytes = new TextEncoder().encode(draft.value).length
  element('length').textContent =
    bytes > LONGEST_TEXT_BYTES ? `Too long for this carrier: ${bytes} of ${LONGEST_TEXT_BYTES} bytes.` : ''
}
