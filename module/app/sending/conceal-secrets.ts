/** What is shorter stands in honest words too. */
const shortestSecret = 4

/**
 * The bytes with every secret blotted out, as it is and as it stands in a URL: what nobody could read is shown to
 * administrators, and some carriers prove themselves by a secret in the query.
 */
export function concealSecrets(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  const forms = new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))
  // Byte for byte: what can't be read need not be UTF-8.
  const text = Buffer.from(bytes).toString('latin1')
  const concealed = [...forms]
    .filter((form) => form.length >= shortestSecret)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, form) => rest.replaceAll(Buffer.from(form).toString('latin1'), '[secret]'), text)
  return concealed === text ? bytes : Buffer.from(concealed, 'latin1')
}
