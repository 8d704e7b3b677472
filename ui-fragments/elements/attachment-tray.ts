import { css, html, nothing, type TemplateResult } from 'lit'
import { sizeWords } from '../data/media-words.ts'
import type { Attachment } from '../data/uploads.ts'
import { formatLocale, words } from '../data/words/words.ts'
import { closeIcon, fileIcon, warningIcon } from './icons.ts'
import { emit } from './panel-events.ts'

/** What goes with the next reply, and how far it came. */
export function attachmentTray(
  host: HTMLElement,
  attachments: readonly Attachment[],
): TemplateResult | typeof nothing {
  if (attachments.length === 0) return nothing
  return html`<ul class="tray" aria-label=${words().attachments}>${attachments.map((each) => attachment(host, each))}</ul>`
}

function attachment(
  host: HTMLElement,
  { key, name, byteLength, id, progress, failure }: Attachment,
): TemplateResult {
  const done = id !== null
  const percent = new Intl.NumberFormat(formatLocale(), { style: 'percent' }).format(progress)
  return html`<li class=${failure === null ? '' : 'failed'}>
    ${failure === null ? fileIcon : warningIcon}
    <span class="about"><span class="name">${name}</span>
      ${
        failure !== null
          ? html`<span role="alert">${failure} <button class="link" @click=${() => emit(host, 'parley-attach-retry', { key })}>${words().tryAgain}</button></span>`
          : done
            ? html`<span>${sizeWords(byteLength)}</span>`
            : html`<progress max="1" .value=${progress} aria-label=${name}></progress><span class="hidden-words">${words().uploaded(percent)}</span>`
      }</span>
    <button class="icon-button" aria-label=${(done || failure !== null ? words().remove : words().cancelUpload)(name)} @click=${() => emit(host, 'parley-detach', { key })}>${closeIcon}</button>
  </li>`
}

export const attachmentTrayStyles = css`
  .tray {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    max-height: 150px;
    padding-bottom: 8px;
    overflow-y: auto;
  }
  .tray li {
    display: flex;
    align-items: center;
    gap: 8px;
    max-width: 260px;
    padding-inline-start: 10px;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--sunken);
    font-size: 13px;
  }
  .tray .failed {
    border-color: var(--danger);
    background: var(--danger-ground);
    color: var(--danger);
  }
  .about {
    display: grid;
    min-width: 0;
  }
  .about span:not(.name) {
    color: inherit;
    font-size: 12px;
  }
  .name {
    overflow: hidden;
    font-weight: 550;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  progress {
    width: 120px;
    height: 6px;
    accent-color: var(--accent);
  }
`
