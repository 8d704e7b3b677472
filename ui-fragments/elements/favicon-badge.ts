const sizePx = 32

/** A red dot with the number on the tab's own icon; the icon as it was when nothing waits. */
export class FaviconBadge {
  #link: HTMLLinkElement | null = null
  #made = false
  #plain = ''
  #shown = 0

  show(count: number): void {
    if (count === this.#shown) return
    this.#shown = count
    if (count === 0) {
      this.restore()
      return
    }
    const link = this.#linkNow()
    link.href = drawn(count)
  }

  restore(): void {
    this.#shown = 0
    if (this.#made) this.#link?.remove()
    else if (this.#link !== null) this.#link.href = this.#plain
    this.#link = null
    this.#made = false
  }

  #linkNow(): HTMLLinkElement {
    if (this.#link !== null) return this.#link
    const there = document.querySelector<HTMLLinkElement>('link[rel~="icon"]')
    this.#made = there === null
    this.#link = there ?? document.createElement('link')
    this.#plain = this.#link.href
    if (there === null) {
      this.#link.rel = 'icon'
      document.head.append(this.#link)
    }
    return this.#link
  }
}

function drawn(count: number): string {
  const canvas = document.createElement('canvas')
  canvas.width = sizePx
  canvas.height = sizePx
  const pen = canvas.getContext('2d')
  if (pen === null) return ''
  pen.fillStyle = '#5549cf'
  pen.beginPath()
  pen.roundRect(1, 3, 26, 20, 6)
  pen.fill()
  pen.beginPath()
  pen.moveTo(7, 22)
  pen.lineTo(7, 30)
  pen.lineTo(15, 22)
  pen.fill()
  pen.fillStyle = '#d0142a'
  pen.beginPath()
  pen.arc(21, 21, 11, 0, 2 * Math.PI)
  pen.fill()
  pen.fillStyle = '#ffffff'
  pen.font = `bold ${count > 9 ? 13 : 16}px sans-serif`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillText(count > 9 ? '9+' : String(count), 21, 22)
  return canvas.toDataURL('image/png')
}
