import { css } from 'lit'

export const timelineStyles = css`
  :host {
    position: relative;
    min-height: 0;
  }
  .scroller {
    display: flex;
    flex-direction: column;
    height: 100%;
    padding: 8px 24px 20px;
    overflow-y: auto;
    overflow-anchor: none;
    overscroll-behavior: contain;
  }
  .scroller:focus-visible {
    outline-offset: -2px;
  }
  ol {
    display: flex;
    flex-direction: column;
    width: 100%;
    max-width: 960px;
    margin: auto auto 0;
  }
  .day {
    align-self: center;
    margin: 20px 0 2px;
    color: var(--muted);
    font-size: 12px;
    font-weight: 600;
  }
  .new,
  .group {
    display: flex;
    align-items: center;
    gap: 12px;
    margin: 18px 0 4px;
    color: var(--accent);
    font-size: 12px;
    font-weight: 650;
  }
  .group {
    color: var(--muted);
  }
  .new::before,
  .new::after,
  .group::before,
  .group::after {
    content: '';
    flex: 1;
    border-top: 1px solid currentColor;
    opacity: 0.5;
  }
  .decision {
    align-self: center;
    max-width: 90%;
    margin-top: 12px;
    color: var(--muted);
    font-size: 12px;
    text-align: center;
    text-wrap: balance;
  }
  .decision q {
    display: block;
    font-style: italic;
  }
  .shown .bubble {
    animation: shown 2s ease-out;
  }
  @keyframes shown {
    0%,
    40% {
      outline: 2px solid var(--accent);
      outline-offset: 2px;
    }
    100% {
      outline: 2px solid transparent;
      outline-offset: 2px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .shown .bubble {
      animation-timing-function: steps(1, end);
    }
  }
  .beginning,
  .loading {
    padding: 24px 32px 8px;
    color: var(--muted);
    font-size: 12px;
    text-align: center;
  }
  .jumps {
    position: absolute;
    inset-inline: 0;
    bottom: 12px;
    display: flex;
    justify-content: center;
    gap: 8px;
    pointer-events: none;
  }
  .jumps button {
    border-radius: 999px;
    box-shadow: var(--raised);
    pointer-events: auto;
  }
  @container panel (max-width: 720px) {
    .scroller {
      padding: 4px 12px 14px;
    }
    .message {
      max-width: 88%;
    }
  }
`
