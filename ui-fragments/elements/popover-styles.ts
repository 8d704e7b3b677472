import { css } from 'lit'

/** A small pane under a button of the header. */
export const popoverStyles = css`
  :host {
    position: relative;
  }
  .pane {
    position: absolute;
    inset-inline-start: 0;
    z-index: 6;
    display: flex;
    flex-direction: column;
    gap: 14px;
    width: min(330px, calc(100cqw - 24px));
    max-height: min(560px, calc(100cqh - 80px), 78vh);
    padding: 16px;
    overflow-y: auto;
    border: 1px solid var(--line);
    border-radius: 14px;
    background: var(--surface);
    box-shadow: var(--raised);
  }
  .pane h2 {
    font-size: 15px;
    font-weight: 650;
  }
  .pane h3 {
    margin-bottom: 6px;
    font-weight: 600;
  }
  .pane label {
    display: flex;
    flex-direction: column;
    gap: 4px;
    font-size: 13px;
    font-weight: 550;
  }
  .quiet {
    color: var(--muted);
    font-size: 13px;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
`
