import { html, svg, type TemplateResult } from 'lit'

/** Line icons on a 20 px grid. They only repeat what words beside them say, so readers of the screen skip them. */
const icon = (shape: TemplateResult, size = 20): TemplateResult =>
  html`<svg width=${size} height=${size} viewBox="0 0 20 20" aria-hidden="true">${shape}</svg>`

export const searchIcon = icon(svg`<circle cx="9" cy="9" r="5.5"/><path d="m13.2 13.2 3.3 3.3"/>`, 18)
export const backIcon = icon(svg`<path d="m12 4-6 6 6 6"/>`)
export const closeIcon = icon(svg`<path d="m5 5 10 10M15 5 5 15"/>`)
export const moreIcon = icon(
  svg`<g fill="currentColor" stroke="none"><circle cx="4.5" cy="10" r="1.5"/><circle cx="10" cy="10" r="1.5"/><circle cx="15.5" cy="10" r="1.5"/></g>`,
)
export const sendIcon = icon(svg`<path d="M3.5 10 16.5 3.8 12.6 16.5 9.4 11.2 3.5 10Zm5.9 1.2 7.1-7.4"/>`)
export const bellIcon = icon(
  svg`<path d="M5 8.5a5 5 0 0 1 10 0c0 4 1.5 5 1.5 5h-13S5 12.5 5 8.5ZM8.3 16.2a2 2 0 0 0 3.4 0"/>`,
)
export const bellOffIcon = icon(
  svg`<path d="M15 8.5a5 5 0 0 0-8.3-3.8M5 8.5c0 4-1.5 5-1.5 5h10M8.3 16.2a2 2 0 0 0 3.4 0M3.5 3.5l13 13"/>`,
)
export const transferIcon = icon(
  svg`<path d="M3.5 7h12m-3-3.5L16 7l-3.5 3.5M16.5 13h-12m3-3.5L4 13l3.5 3.5"/>`,
  18,
)
export const takeIcon = icon(
  svg`<circle cx="9" cy="6.5" r="3"/><path d="M3.5 16.5c.4-3.2 2.7-5 5.5-5 1 0 1.9.2 2.7.6M12 15.2l1.8 1.8 3.2-3.5"/>`,
  18,
)
export const pinIcon = icon(svg`<path d="M7.5 3.5h5l-.7 5 2.7 2.5h-9l2.7-2.5-.7-5ZM10 11v5.5"/>`, 18)
export const archiveIcon = icon(svg`<path d="M3.5 4h13v3h-13zM4.5 7v9h11V7M8 10.5h4"/>`, 18)
export const reopenIcon = icon(svg`<path d="M4 10a6 6 0 1 0 2-4.5L4 7.2M4 3.5v3.7h3.7"/>`, 18)
export const checkIcon = icon(svg`<path d="m4.5 10.5 3.5 3.5 7.5-8"/>`, 14)
export const doubleCheckIcon = icon(svg`<path d="m1.5 10.5 3.5 3.5L11.5 6M9 13.5l.5.5L17 6"/>`, 14)
export const clockIcon = icon(svg`<circle cx="10" cy="10" r="7"/><path d="M10 6v4l2.5 2"/>`, 14)
export const warningIcon = icon(svg`<path d="M10 3 18 16.5H2L10 3Zm0 5v4m0 2.3v.1"/>`, 14)
export const personIcon = icon(
  svg`<circle cx="10" cy="7" r="3.2"/><path d="M3.8 17c.6-3.6 3.1-5.5 6.2-5.5s5.6 1.9 6.2 5.5"/>`,
)
export const chatIcon = icon(
  svg`<path d="M3.5 5.5a2 2 0 0 1 2-2h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H9l-3.5 3v-3a2 2 0 0 1-2-2v-6Z"/>`,
  40,
)
export const downIcon = icon(svg`<path d="m5 8 5 5 5-5"/>`, 18)
export const upIcon = icon(svg`<path d="m5 12 5-5 5 5"/>`, 18)
export const copyIcon = icon(svg`<path d="M7 7h9.5v9.5H7zM13 7V3.5H3.5V13H7"/>`, 18)
export const plusIcon = icon(svg`<path d="M10 4v12M4 10h12"/>`, 18)
export const fileIcon = icon(svg`<path d="M5 2.8h6.5L15.5 7v10.2H5zM11.2 3v4.3h4"/>`)
export const downloadIcon = icon(svg`<path d="M10 3.5v9m-3.5-3.5L10 12.5 13.5 9M4 16h12"/>`, 18)
export const mapIcon = icon(
  svg`<path d="M10 17.5s5.5-4.8 5.5-9a5.5 5.5 0 0 0-11 0c0 4.2 5.5 9 5.5 9Z"/><circle cx="10" cy="8.5" r="2"/>`,
)
export const clipIcon = icon(
  svg`<path d="m15.8 9.2-6.1 6.1a3.6 3.6 0 0 1-5.1-5.1l6.6-6.6a2.4 2.4 0 0 1 3.4 3.4l-6.5 6.5a1.2 1.2 0 0 1-1.7-1.7l5.8-5.8"/>`,
)
export const smileIcon = icon(
  svg`<circle cx="10" cy="10" r="6.8"/><path d="M7.2 11.8a3.4 3.4 0 0 0 5.6 0M7.6 8v.1m4.8-.1v.1"/>`,
)
export const linkIcon = icon(
  svg`<path d="M8.5 11.5a3 3 0 0 0 4.3 0l2.6-2.6a3 3 0 0 0-4.3-4.3l-1 1m1.4 2.9a3 3 0 0 0-4.3 0l-2.6 2.6a3 3 0 0 0 4.3 4.3l1-1"/>`,
  18,
)
export const editIcon = icon(svg`<path d="M4 16v-3L13 4l3 3-9 9zM11 6l3 3"/>`, 18)
export const smallPinIcon = icon(svg`<path d="M7.5 3.5h5l-.7 5 2.7 2.5h-9l2.7-2.5-.7-5ZM10 11v5.5"/>`, 13)
export const smallMuteIcon = icon(
  svg`<path d="M15 8.5a5 5 0 0 0-8.3-3.8M5 8.5c0 4-1.5 5-1.5 5h10M8.3 16.2a2 2 0 0 0 3.4 0M3.5 3.5l13 13"/>`,
  13,
)
