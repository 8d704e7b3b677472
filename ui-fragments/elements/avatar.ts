import { css, html, type TemplateResult } from 'lit'
import { personIcon } from './icons.ts'

/** Initials on a calm ground that stays the same for the same name. */
export function avatar(name: string | null, seed: string): TemplateResult {
  const letters = initials(name)
  return html`<span class="avatar tint-${tintOf(seed)}" aria-hidden="true">${letters === '' ? personIcon : letters}</span>`
}

function initials(name: string | null): string {
  const words = (name ?? '').split(/\s+/).filter((word) => /^\p{L}/u.test(word))
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase()
}

const tints = 6

function tintOf(seed: string): number {
  let sum = 0
  for (const character of seed) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return sum % tints
}

export const avatarStyles = css`
  .avatar {
    display: inline-grid;
    place-items: center;
    flex: none;
    width: 40px;
    height: 40px;
    border-radius: 50%;
    font-size: 14px;
    font-weight: 600;
    color: #2f3542;
    background: #dfe4ea;
  }
  .avatar.small {
    width: 32px;
    height: 32px;
    font-size: 12px;
  }
  .tint-1 {
    background: #f6dfd3;
  }
  .tint-2 {
    background: #d6ead9;
  }
  .tint-3 {
    background: #d5e6f5;
  }
  .tint-4 {
    background: #ece0f5;
  }
  .tint-5 {
    background: #f4e8c8;
  }
`
