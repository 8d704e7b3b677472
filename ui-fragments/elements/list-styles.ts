import { css } from 'lit'

/** The frame of the conversation list around its rows. */
export const listStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    background: var(--surface);
  }
  search {
    padding: 0 16px;
  }
  .filters {
    display: flex;
    gap: 2px;
    padding: 10px 12px 0;
    border-bottom: 1px solid var(--line);
  }
  .filter {
    flex: 1 1 auto;
    padding: 8px 6px 9px;
    border-bottom: 2px solid transparent;
    color: var(--muted);
    font-size: 13px;
    font-weight: 550;
    text-align: center;
    white-space: nowrap;
  }
  .filter:hover {
    color: var(--text);
  }
  .filter[aria-pressed='true'] {
    border-color: var(--accent);
    color: var(--accent);
  }
  .count {
    padding: 0 6px;
    border-radius: 999px;
    background: var(--sunken);
    color: var(--muted);
    font-size: 12px;
  }
  .filter[aria-pressed='true'] .count {
    background: var(--selected);
    color: var(--accent);
  }
  .channels {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    padding: 10px 16px 4px;
  }
  .channels-in {
    display: flex;
    gap: 6px;
  }
  .chip {
    padding: 2px 10px;
    border: 1px solid var(--line);
    border-radius: 999px;
    color: var(--muted);
    font-size: 12px;
    font-weight: 550;
  }
  .chip:hover {
    background: var(--hover);
  }
  .chip[aria-pressed='true'] {
    border-color: var(--accent);
    color: var(--accent);
  }
  .groups {
    flex: 0 1 auto;
    min-width: 0;
    padding: 2px 6px;
    border: 1px solid var(--strong-line);
    border-radius: 999px;
    background: var(--surface);
    color: var(--muted);
    font-size: 12px;
    font-weight: 550;
    text-overflow: ellipsis;
  }
  .scroller {
    flex: 1;
    min-height: 0;
    padding: 0 8px;
    overflow-y: auto;
    overscroll-behavior: contain;
    /* Rows come and go: the element itself keeps what is looked at in its place. */
    overflow-anchor: none;
  }
  .scroller li {
    display: block;
  }
  .day {
    height: 34px;
    padding: 12px 12px 0;
    overflow: hidden;
    color: var(--muted);
    font-size: 12px;
    font-weight: 600;
    line-height: 18px;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .empty {
    padding: 40px 24px;
    color: var(--muted);
    text-align: center;
  }
  .empty .button {
    margin-top: 12px;
  }
  .hint {
    display: block;
    margin-top: 8px;
    font-size: 12px;
  }
  .loading {
    height: 40px;
    padding: 10px;
    color: var(--muted);
    font-size: 12px;
    text-align: center;
  }
`
