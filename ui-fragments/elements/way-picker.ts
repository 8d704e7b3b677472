import { css, html, nothing, type TemplateResult } from 'lit'
import type { WayWire } from '../../module/contract/api/conversations.ts'
import { type Channel, channelNames } from '../data/message-words.ts'
import { wayKey } from '../data/ways.ts'
import { words } from '../data/words/words.ts'
import { emit } from './panel-events.ts'

export interface WayChoice {
  readonly ways: readonly WayWire[]
  /** The chosen one; null until the ways were read. */
  readonly way: WayWire | null
  readonly channel: Channel
  readonly did: string
}

/** The ways out, where there is more than one to choose from; else the one that it takes. */
export function wayPicker(
  host: HTMLElement,
  { ways, way: chosen, channel, did }: WayChoice,
): TemplateResult | typeof nothing {
  const usable = ways.filter((way) => way.usable)
  if (usable.length < 2 || chosen === null)
    return did === '' ? nothing : html`<span>${words().wayFrom(channelNames[channel], did)}</span>`
  const choose = (event: Event) =>
    emit(host, 'parley-way', { key: (event.target as HTMLSelectElement).value })
  return html`<label class="from"><span class="hidden-words">${words().fromWay}</span>
    <select @change=${choose}>${ways.map((way) => option(way, ways, wayKey(way) === wayKey(chosen)))}</select></label>`
}

/** Carriers are named where two have the same number. */
function option(way: WayWire, ways: readonly WayWire[], chosen: boolean): TemplateResult {
  const twice = ways.some((other) => other !== way && other.channel === way.channel && other.did === way.did)
  return html`<option value=${wayKey(way)} .selected=${chosen} ?disabled=${!way.usable} title=${way.obstacle ?? nothing}>
    ${words().wayFrom(channelNames[way.channel], way.did)}${twice ? ` (${way.carrier})` : ''}${way.obstacle === null ? '' : ` – ${way.obstacle}`}
  </option>`
}

export const wayPickerStyles = css`
  .from select {
    max-width: 240px;
    padding: 0 4px;
    border: 1px solid var(--line);
    border-radius: 6px;
    background: var(--surface);
    color: var(--text);
    font-size: 12px;
  }
`
