import { css } from 'lit'

/** The agent panel's own frame: list beside conversation, one at a time where there is no room for both. */
export const panelStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 420px;
    overflow: hidden;
    background: var(--surface);
    container: panel / inline-size;
  }
  main {
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(300px, 368px) minmax(0, 1fr);
    flex: 1;
    min-height: 0;
  }
  .left {
    display: flex;
    flex-direction: column;
    min-height: 0;
    border-inline-end: 1px solid var(--line);
  }
  .left header {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 8px;
    padding-block: 10px 8px;
    padding-inline: 12px 12px;
  }
  .tools {
    display: flex;
    flex: none;
  }
  parley-status-menu {
    min-width: 0;
  }
  .ask {
    padding: 0 20px 10px;
    color: var(--muted);
    font-size: 12px;
  }
  parley-conversation-list {
    flex: 1;
  }
  main.obstacle {
    display: grid;
    grid-template: none;
    place-items: center;
    padding: 32px;
    color: var(--muted);
    text-align: center;
  }
  .obstacle p {
    max-width: 420px;
    font-size: 15px;
  }
  @container panel (max-width: 720px) {
    main {
      grid-template-columns: minmax(0, 1fr);
    }
    .left {
      border-inline-end: 0;
    }
    .browsing parley-conversation-view,
    .reading .left {
      display: none;
    }
  }
`
