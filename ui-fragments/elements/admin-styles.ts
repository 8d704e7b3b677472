import { css } from 'lit'

/** Cards, tables and heads that the admin panel's parts share. */
export const adminStyles = css`
  .card {
    border: 1px solid var(--line);
    border-radius: 14px;
    background: var(--surface);
    overflow: hidden;
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    flex-wrap: wrap;
    gap: 12px;
    margin-bottom: 14px;
  }
  .head h2 {
    font-size: 17px;
    font-weight: 650;
  }
  .head p {
    color: var(--muted);
    font-size: 13px;
    max-width: 68ch;
  }
  .item {
    display: flex;
    align-items: center;
    gap: 14px;
    padding: 14px 18px;
    border-top: 1px solid var(--line);
  }
  .item:first-child {
    border-top: 0;
  }
  .item.off h3 {
    color: var(--muted);
  }
  .what {
    flex: 1;
    min-width: 0;
  }
  .what h3 {
    font-weight: 600;
  }
  .what p,
  .muted {
    color: var(--muted);
    font-size: 13px;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
  }
  .empty {
    padding: 40px 24px;
    color: var(--muted);
    text-align: center;
  }
  .check {
    display: flex !important;
    flex-direction: row !important;
    align-items: center;
    gap: 8px !important;
    font-weight: 500 !important;
  }
  .check input {
    width: 17px;
    height: 17px;
    accent-color: var(--accent);
  }
  @container panel (max-width: 640px) {
    .item {
      flex-wrap: wrap;
    }
    .what {
      flex-basis: 70%;
    }
  }
`
