let loading: Promise<void> | null = null

/**
 * Brings the panel's second script, from the sidecar at `base`; once, and again when it could not be had. Resolves
 * either way: without it the panel lists, shows and answers all the same.
 */
export function loadExtras(base: URL): Promise<void> {
  loading ??= new Promise((resolve) => {
    const script = document.createElement('script')
    script.src = new URL('assets/agent-extras.js', base).href
    script.onload = () => resolve()
    script.onerror = () => {
      script.remove()
      loading = null
      resolve()
    }
    document.head.append(script)
  })
  return loading
}
