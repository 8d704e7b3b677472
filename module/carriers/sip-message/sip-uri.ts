/** One end of a SIP message, as its From or To names it. */
export interface SipParty {
  /** As the other side wrote it: may be empty, and anything. */
  readonly displayName: string
  /** `+19542788086`, `alice`; empty where the URI has none. */
  readonly user: string
  readonly host: string
}

/**
 * Reads `"Ann" <sip:+19542788086@192.0.2.7>`, `Ann<sip:…>`, `<sip:…>`, `sip:…;tag=…` and `tel:+1954…`, which is how
 * Asterisk spells From and To (RFC 3261, 20.10; its `pjsip:` stands for `sip:`). Null where there is no URI.
 */
export function readSipParty(raw: string): SipParty | null {
  // A quoted display name may hold a `<`; a URI can't, so the last one begins it.
  const open = raw.lastIndexOf('<')
  const close = raw.indexOf('>', open)
  if (open >= 0 && close < 0) return null
  const uri = open < 0 ? raw.trim() : raw.slice(open + 1, close)
  const [, scheme, rest = ''] = /^(pjsip|sips?|tel):(.*)$/is.exec(uri) ?? []
  if (scheme === undefined || rest === '') return null
  const displayName = open < 0 ? '' : unquote(raw.slice(0, open).trim())
  const at = scheme.toLowerCase() === 'tel' ? rest.length : rest.lastIndexOf('@')
  return {
    displayName,
    user: userOf(rest.slice(0, Math.max(at, 0))),
    host: upTo(rest.slice(at + 1), /[;?>]/),
  }
}

/** Parameters (`+1954;npdi`) and passwords of the user part say nothing of who it is. */
function userOf(userInfo: string): string {
  const user = upTo(userInfo, /[;:]/)
  try {
    return decodeURIComponent(user)
  } catch {
    // An escape that is none: what stands there is the best that is known.
    return user
  }
}

function upTo(text: string, end: RegExp): string {
  const at = text.search(end)
  return at < 0 ? text : text.slice(0, at)
}

const unquote = (text: string): string =>
  text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replace(/\\(.)/gs, '$1')
    : text
