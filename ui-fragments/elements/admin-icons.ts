import { html, svg, type TemplateResult } from 'lit'

/** Signs of the admin panel's navigation; the words beside them say the same. */
const icon = (shape: TemplateResult): TemplateResult =>
  html`<svg width="18" height="18" viewBox="0 0 20 20" aria-hidden="true">${shape}</svg>`

export const overviewIcon = icon(svg`<path d="M3.5 11V16.5M8 7v9.5M12.5 9.5v7M17 4v12.5"/>`)
export const rulesIcon = icon(
  svg`<path d="M3 5h4l5 10h5M3 15h4l1.5-3M10.5 8 12 5h5m-2-2 2 2-2 2m0 6 2 2-2 2"/>`,
)
export const carriersIcon = icon(
  svg`<circle cx="10" cy="10" r="2"/><path d="M6.2 13.8a5.4 5.4 0 0 1 0-7.6m7.6 0a5.4 5.4 0 0 1 0 7.6M3.7 16.3a9 9 0 0 1 0-12.6m12.6 0a9 9 0 0 1 0 12.6"/>`,
)
export const groupsIcon = icon(
  svg`<circle cx="7.5" cy="7" r="2.7"/><path d="M2.5 16c.3-3 2.3-4.7 5-4.7s4.700 1.700 5 4.700M12.500 4.500a2.700 2.700 0 0 1 0 5m1.500 2.200c2 .6 3.200 2.100 3.500 4.300"/>`,
)
export const unroutedIcon = icon(svg`<path d="M3 5h5l4 5-4 5H3M15 7.500l3 5m0-5-3 5"/>`)
export const peopleIcon = icon(
  svg`<circle cx="10" cy="7" r="3.200"/><path d="M3.800 17c.6-3.600 3.100-5.500 6.200-5.500s5.600 1.900 6.200 5.500"/>`,
)
export const optOutIcon = icon(svg`<circle cx="10" cy="10" r="6.500"/><path d="m5.500 5.500 9 9"/>`)
export const cannedIcon = icon(svg`<path d="M3.500 4h13v9.500H9L5.500 16.500v-3h-2zM7 7.500h6M7 10h4"/>`)
export const contactsIcon = icon(
  svg`<path d="M5 3h11v14H5zM3 6.500h3.500M3 10h3.500M3 13.500h3.500"/><circle cx="11" cy="8.500" r="1.700"/><path d="M8 13.500c.3-1.500 1.500-2.200 3-2.200s2.700.7 3 2.200"/>`,
)
export const auditIcon = icon(svg`<path d="M4.500 3h8l3 3v11h-11zM7.500 8h5M7.500 11h5M7.500 14h3"/>`)
export const keyIcon = icon(
  svg`<circle cx="6.500" cy="13.500" r="3"/><path d="m8.700 11.300 7.300-7.300m-2.500 2.500 2 2m-4.500.5 1.500 1.500"/>`,
)
export const gripIcon = icon(
  svg`<g fill="currentColor" stroke="none"><circle cx="7" cy="5" r="1.400"/><circle cx="13" cy="5" r="1.400"/><circle cx="7" cy="10" r="1.400"/><circle cx="13" cy="10" r="1.400"/><circle cx="7" cy="15" r="1.400"/><circle cx="13" cy="15" r="1.400"/></g>`,
)
export const doneIcon = icon(svg`<path d="m4.500 10.500 3.500 3.500 7.500-8"/>`)
