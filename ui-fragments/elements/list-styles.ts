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
    flex-wrap: wrap;
    gap: 6px;
    padding: 10px 16px 4px;
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
  .scroller {
    flex: 1;
    min-height: 0;
    padding: 4px 8px 16px;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .day {
    padding: 12px 12px 4px;
    color: var(--muted);
    font-size: 12px;
    font-weight: 600;
  }
  .empty {
    padding: 40px 24px;
    color: var(--muted);
    text-align: center;
  }
  .more {
    display: flex;
    margin: 12px auto 0;
  }
`
