import { css } from 'lit'

/** What the places for replies and for notes share. */
export const composerStyles = css`
  .box {
    display: flex;
    align-items: flex-end;
    gap: 2px;
    padding-block: 4px;
    padding-inline: 14px 4px;
    border: 1px solid var(--strong-line);
    border-radius: 22px;
    background: var(--surface);
  }
  .box:focus-within {
    border-color: var(--accent);
    box-shadow: 0 0 0 1px var(--accent);
  }
  .box.noted {
    border: 1px dashed var(--warning);
    background: var(--warning-ground);
  }
  .box.tooled {
    padding-inline-start: 4px;
  }
  textarea {
    padding: 7px 4px 8px;
    line-height: 21px;
    resize: none;
  }
  .send {
    display: grid;
    place-items: center;
    flex: none;
    width: 36px;
    height: 36px;
    border-radius: 50%;
    background: var(--accent);
    color: var(--on-accent);
  }
  .send:hover:not(:disabled) {
    background: var(--accent-hover);
  }
  .send:disabled {
    background: var(--sunken);
    color: var(--muted);
  }
  .below {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
    min-height: 18px;
    padding: 4px 14px 0;
    color: var(--muted);
    font-size: 12px;
  }
  .below > * {
    flex: none;
  }
  .below .link,
  .below select {
    min-height: 24px;
  }
  .below > .keys {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .choices {
    max-height: 240px;
    margin-bottom: 6px;
    padding: 4px;
    overflow-y: auto;
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--surface);
    box-shadow: var(--raised);
  }
  .choices li {
    padding: 6px 10px;
    border-radius: 8px;
    cursor: pointer;
  }
  .choices li[aria-selected='true'] {
    background: var(--selected);
  }
  .filled {
    display: block;
    overflow: hidden;
    color: var(--muted);
    font-size: 12px;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  @container panel (max-width: 720px) {
    .below > .keys {
      display: none;
    }
  }
`

const linePx = 21

/** Grows with the text up to eight lines. */
export function fitTextarea(area: HTMLTextAreaElement | null): void {
  if (area === null) return
  area.rows = 1
  area.rows = Math.min(8, Math.max(1, Math.round((area.scrollHeight - 18) / linePx)))
}

/** While an input method composes a word, Enter accepts the word. */
export const sends = ({ key, shiftKey, isComposing, keyCode }: KeyboardEvent): boolean =>
  key === 'Enter' && !shiftKey && !isComposing && keyCode !== 229

/** Where the choice goes by this key; null when the key is not for the list. */
export function movedChoice(key: string, choice: number, count: number): number | null {
  if (key === 'ArrowDown') return (choice + 1) % count
  return key === 'ArrowUp' ? (choice - 1 + count) % count : null
}
