import { css } from 'lit'

/*
 * Colours and measures of both panels. They are set on the panel's host alone and reach the elements inside by
 * inheritance. Sizes are in px: FreePBX's pages set their root to 10 px, which would shrink every rem.
 * Each text colour keeps 4.5 : 1 on every ground it stands on, in both themes.
 */
const light = css`
  color-scheme: light;
  --surface: #ffffff;
  --canvas: #f5f6f8;
  --sunken: #eef0f3;
  --hover: #f3f4f7;
  --selected: #edebfb;
  --line: #e1e4e9;
  --strong-line: #8b93a1;
  --text: #1b1f27;
  --muted: #5b6372;
  --accent: #5549cf;
  --accent-hover: #473bb8;
  --on-accent: #ffffff;
  --mention-me: #b8142a;
  --mention-me-ground: #fdeaec;
  --mention-other: #1858a8;
  --mine: #e4e1fa;
  --on-mine: #1d1a36;
  --on-mine-muted: #544f78;
  --colleague: #e9edf2;
  --inbound: #ffffff;
  --warning: #7a4a00;
  --warning-ground: #fff4dc;
  --danger: #b8142a;
  --danger-ground: #fdeaec;
  --good: #17683a;
  --good-ground: #e4f5ea;
  --free: #23a05a;
  --busy: #d98a00;
  --blocked: #d0342c;
  --gone: #98a0ad;
  --shadow: 0 1px 2px rgb(20 24 33 / 6%);
  --raised: 0 12px 40px rgb(20 24 33 / 18%), 0 2px 8px rgb(20 24 33 / 8%);
`

const dark = css`
  color-scheme: dark;
  --surface: #1a1d23;
  --canvas: #121419;
  --sunken: #24282f;
  --hover: #21252c;
  --selected: #2a2850;
  --line: #2c313a;
  --strong-line: #7f8896;
  --text: #e9ebef;
  --muted: #a5adba;
  --accent: #a49cff;
  --accent-hover: #b8b1ff;
  --on-accent: #14112e;
  --mention-me: #ff979f;
  --mention-me-ground: #4a1d25;
  --mention-other: #8fbdff;
  --mine: #37327a;
  --on-mine: #f1f0fd;
  --on-mine-muted: #c4c0ec;
  --colleague: #282d36;
  --inbound: #1f232a;
  --warning: #ffd48a;
  --warning-ground: #3b2c10;
  --danger: #ff979f;
  --danger-ground: #45181f;
  --good: #7fdba4;
  --good-ground: #143524;
  --free: #3fc97c;
  --busy: #f0ad3d;
  --blocked: #ff6b62;
  --gone: #7f8896;
  --shadow: 0 1px 2px rgb(0 0 0 / 40%);
  --raised: 0 16px 48px rgb(0 0 0 / 60%), 0 2px 8px rgb(0 0 0 / 40%);
`

/** For the panels' hosts. `theme="light"` or `"dark"` overrules what the system prefers. */
export const themeStyles = css`
  :host {
    ${light}
  }
  @media (prefers-color-scheme: dark) {
    :host(:not([theme='light'])) {
      ${dark}
    }
  }
  :host([theme='dark']) {
    ${dark}
  }
`

/** For every element: what the page around must not leak in, and what all share. */
export const baseStyles = css`
  :host {
    display: block;
    box-sizing: border-box;
    font: 400 14px / 1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Open Sans', sans-serif;
    letter-spacing: normal;
    text-align: start;
    text-transform: none;
    text-indent: 0;
    white-space: normal;
    word-spacing: normal;
    color: var(--text);
    -webkit-font-smoothing: antialiased;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
    font: inherit;
  }
  ul,
  ol {
    list-style: none;
  }
  svg {
    display: block;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  button,
  input,
  select,
  textarea {
    font: inherit;
    letter-spacing: inherit;
    color: inherit;
    margin: 0;
  }
  button {
    background: none;
    border: 0;
    padding: 0;
    text-align: inherit;
    cursor: pointer;
  }
  button:disabled {
    cursor: default;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .hidden-words {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`

/** Buttons, fields and small signs, wherever they stand. */
export const controlStyles = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: 36px;
    padding: 6px 14px;
    border: 1px solid var(--line);
    border-radius: 9px;
    background: var(--surface);
    font-weight: 550;
    white-space: nowrap;
  }
  .button:hover:not(:disabled) {
    background: var(--hover);
  }
  .button.primary {
    background: var(--accent);
    border-color: transparent;
    color: var(--on-accent);
  }
  .button.primary:hover:not(:disabled) {
    background: var(--accent-hover);
  }
  .button.danger {
    color: var(--danger);
  }
  .button.small {
    min-height: 30px;
    padding: 3px 10px;
    font-size: 13px;
  }
  .button:disabled {
    background: var(--sunken);
    border-color: transparent;
    color: var(--muted);
  }
  .icon-button {
    display: inline-grid;
    place-items: center;
    flex: none;
    width: 36px;
    height: 36px;
    border-radius: 50%;
    color: var(--muted);
  }
  .icon-button:hover:not(:disabled) {
    background: var(--hover);
    color: var(--text);
  }
  .link {
    color: var(--accent);
    font-weight: 550;
    text-decoration: underline;
    text-decoration-color: transparent;
    text-underline-offset: 2px;
  }
  .link:hover {
    text-decoration-color: currentColor;
  }
  .field {
    width: 100%;
    min-height: 38px;
    padding: 8px 11px;
    border: 1px solid var(--strong-line);
    border-radius: 9px;
    background: var(--surface);
    font-weight: 400;
  }
  .field::placeholder {
    color: var(--muted);
    opacity: 1;
  }
  .bare,
  .bare:focus-visible {
    flex: 1;
    min-width: 0;
    border: 0;
    background: none;
    outline: none;
  }
  .bare::placeholder {
    color: var(--muted);
    opacity: 1;
  }
  .search {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 0 12px;
    border-radius: 10px;
    background: var(--sunken);
    color: var(--muted);
  }
  .search:focus-within {
    outline: 2px solid var(--accent);
  }
  .search .bare {
    height: 38px;
    color: var(--text);
    font-weight: 400;
  }
  .field:focus-visible {
    outline-offset: -1px;
    border-color: var(--accent);
  }
  textarea.field {
    resize: vertical;
  }
  .dot {
    display: inline-block;
    flex: none;
    width: 9px;
    height: 9px;
    border-radius: 50%;
    background: var(--gone);
  }
  .dot.free {
    background: var(--free);
  }
  .dot.busy {
    background: var(--busy);
  }
  .dot.blocked {
    background: var(--blocked);
  }
  .dot.gone,
  .dot.unknown {
    background: none;
    border: 2px solid var(--gone);
  }
  .mention {
    font-weight: 650;
    color: var(--mention-other);
  }
  .mention.me {
    color: var(--mention-me);
  }
  .tag {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    padding: 1px 8px;
    border-radius: 999px;
    background: var(--sunken);
    color: var(--muted);
    font-size: 12px;
    font-weight: 550;
    white-space: nowrap;
  }
  .tag.good {
    background: var(--good-ground);
    color: var(--good);
  }
  .tag.warning {
    background: var(--warning-ground);
    color: var(--warning);
  }
  .tag.danger {
    background: var(--danger-ground);
    color: var(--danger);
  }
  .callout {
    padding: 9px 12px;
    border-radius: 9px;
    background: var(--warning-ground);
    color: var(--warning);
    font-size: 13px;
  }
  .callout.danger {
    background: var(--danger-ground);
    color: var(--danger);
  }
`

/** Native dialogs: the browser keeps the focus inside and closes them by Escape. */
export const dialogStyles = css`
  dialog {
    width: min(480px, calc(100vw - 24px));
    max-height: min(720px, calc(100dvh - 24px));
    padding: 0;
    border: 1px solid var(--line);
    border-radius: 16px;
    background: var(--surface);
    color: var(--text);
    box-shadow: var(--raised);
    overflow: hidden;
  }
  dialog[open] {
    display: flex;
    flex-direction: column;
  }
  dialog::backdrop {
    background: rgb(12 14 20 / 45%);
  }
  dialog header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
    padding-block: 16px 8px;
    padding-inline: 20px 12px;
  }
  dialog h2 {
    font-size: 17px;
    font-weight: 650;
  }
  dialog form {
    display: flex;
    flex-direction: column;
    min-height: 0;
    flex: 1;
  }
  .body {
    display: flex;
    flex-direction: column;
    gap: 14px;
    padding: 6px 20px 16px;
    overflow-y: auto;
    min-height: 0;
  }
  .body > label,
  .labelled {
    display: flex;
    flex-direction: column;
    gap: 5px;
    font-weight: 550;
  }
  .hint {
    color: var(--muted);
    font-size: 13px;
    font-weight: 400;
  }
  dialog footer {
    display: flex;
    justify-content: flex-end;
    gap: 8px;
    padding: 12px 20px 16px;
    border-top: 1px solid var(--line);
  }
`
