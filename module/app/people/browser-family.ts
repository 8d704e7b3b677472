/** In this order, since each browser also claims to be those before it in history. */
const families = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Opera', /\b(OPR|Opera)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
  ['curl', /^curl\//],
] as const

/** The family of a browser and no more, so that a person knows his own sessions again and is not tracked by them. */
export function browserFamily(userAgent: string | undefined): string {
  if (userAgent === undefined || userAgent === '') return 'Unknown'
  return families.find(([, sign]) => sign.test(userAgent))?.[0] ?? 'Other'
}

/** The network of an address: 203.0.113.0, 2001:db8:1::. */
export function networkOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.\d+$/.exec(address)
  if (v4 !== null) return `${v4[1]}.0`
  const [head = ''] = address.split('::')
  return address.includes(':') ? `${head.split(':').slice(0, 3).join(':')}::` : 'unknown'
}
