import { css } from 'lit'

/** Cards, tables and heads that the admin panel's parts share. */
export const adminStyles = css`
  .card {
    border: 1px solid var(--line);
    border-radius: 12px;
    background: var(--surface);
    overflow: hidden;
  }
  .head {
    display: flex;
    align-items: flex-start;
    justify-content: space-between;
    flex-wrap: wrap;
    gap: 10px 16px;
    margin-bottom: 14px;
  }
  .head h2 {
    font-size: 18px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .head h3 {
    font-size: 15px;
    font-weight: 650;
  }
  .head p {
    margin-top: 2px;
    color: var(--muted);
    font-size: 13px;
    max-width: 68ch;
  }
  .item {
    display: flex;
    align-items: center;
    gap: 12px;
    padding: 12px 16px;
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
    overflow-wrap: anywhere;
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
    padding: 36px 24px;
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
    flex: none;
    width: 17px;
    height: 17px;
    accent-color: var(--accent);
  }
  .checks {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 18px;
  }
  .callout {
    margin-bottom: 12px;
  }
  .body .callout {
    margin-bottom: 0;
  }
  .switch {
    appearance: none;
    position: relative;
    flex: none;
    width: 36px;
    height: 20px;
    border-radius: 10px;
    background: var(--strong-line);
    cursor: pointer;
    transition: background 0.12s;
  }
  .switch::after {
    content: '';
    position: absolute;
    top: 2px;
    inset-inline-start: 2px;
    width: 16px;
    height: 16px;
    border-radius: 50%;
    background: var(--surface);
    transition: inset-inline-start 0.12s;
  }
  .switch:checked {
    background: var(--accent);
  }
  .switch:checked::after {
    inset-inline-start: 18px;
  }
  .scroll {
    position: relative;
    overflow-x: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 13px;
  }
  th,
  td {
    padding: 9px 14px;
    border-top: 1px solid var(--line);
    text-align: start;
    vertical-align: top;
    font-weight: 400;
  }
  thead th {
    border-top: 0;
    color: var(--muted);
    font-size: 12px;
    font-weight: 600;
    white-space: nowrap;
  }
  td.number,
  th.number {
    text-align: end;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  td.acts {
    text-align: end;
    white-space: nowrap;
  }
  tbody tr:hover {
    background: var(--hover);
  }
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 10px;
    margin-bottom: 12px;
  }
  .toolbar label,
  .pair label {
    display: flex;
    flex-direction: column;
    gap: 4px;
    font-size: 13px;
    font-weight: 550;
  }
  .toolbar .field {
    width: auto;
    min-height: 34px;
    padding: 5px 10px;
  }
  .pad {
    margin-bottom: 12px;
    padding: 14px 16px;
  }
  .head.sessions {
    margin: 22px 0 8px;
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(200px, 100%), 1fr));
    gap: 12px;
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0 0 6px;
    font-weight: 600;
  }
  .question {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin: 0 20px 8px;
    padding: 9px 12px;
    border-radius: 9px;
    background: var(--warning-ground);
    color: var(--warning);
    font-size: 13px;
  }
  .question p {
    flex: 1 1 180px;
  }
  .question .button {
    color: var(--text);
  }
  .question .button.danger {
    color: var(--danger);
  }
  dialog.wide {
    width: min(760px, calc(100vw - 24px));
    max-height: min(860px, calc(100dvh - 24px));
  }
  .mono {
    font: 12px / 1.6 ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
    overflow-wrap: anywhere;
  }
  @container panel (max-width: 640px) {
    .item {
      flex-wrap: wrap;
      padding: 12px 14px;
    }
    .what {
      flex-basis: 70%;
    }
  }
`
