// Menu at the side, page beside it; on a phone the menu opens above the page.
import { css } from 'lit';

export const consoleStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100dvh;
    background: var(--page);
  }
  .where {
    padding-inline-start: 14px;
    border-inline-start: 1px solid var(--bellhop-line);
    color: var(--bellhop-muted);
    font-weight: 550;
  }
  .name {
    max-width: 220px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    color: var(--bellhop-muted);
  }
  .frame {
    flex: 1;
    display: grid;
    grid-template-columns: 228px minmax(0, 1fr);
    align-items: start;
    width: 100%;
    max-width: 1360px;
    margin: 0 auto;
  }
  .menu {
    display: none;
  }
  nav {
    position: sticky;
    top: 57px;
    display: block;
    max-height: calc(100dvh - 57px);
    padding: 20px 12px 24px 20px;
    overflow-y: auto;
  }
  nav h2 {
    padding: 14px 10px 4px;
    font-size: 12px;
    font-weight: 650;
    letter-spacing: 0.04em;
    text-transform: uppercase;
    color: var(--bellhop-muted);
  }
  nav h2:first-child {
    padding-top: 0;
  }
  nav ul {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  nav a {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 38px;
  }
  nav a svg {
    flex: none;
    font-size: 18px;
  }
  nav a[aria-current] {
    color: var(--bellhop-accent);
    background: color-mix(in srgb, var(--bellhop-accent) 9%, transparent);
  }
  main {
    min-width: 0;
    padding: 24px 28px 64px 16px;
  }
  main:focus {
    outline: none;
  }
  .gate {
    width: min(520px, 100%);
    margin: 0 auto;
    padding: 48px 20px;
  }
  .gate > * + * {
    display: block;
    margin-top: 16px;
  }
  .nobody,
  .key {
    display: grid;
    gap: 12px;
  }
  .key h2 {
    font-size: 15px;
  }
  @media (max-width: 820px) {
    .frame {
      display: block;
    }
    .menu {
      display: flex;
      justify-content: start;
      width: calc(100% - 28px);
      margin: 12px 14px 0;
      min-height: 44px;
    }
    nav {
      display: none;
      position: static;
      max-height: none;
      margin: 8px 14px 0;
      padding: 14px 8px;
      border: 1px solid var(--bellhop-line);
      border-radius: var(--bellhop-radius);
      background: var(--bellhop-surface);
    }
    nav.open {
      display: block;
    }
    nav a {
      min-height: 44px;
    }
    main {
      padding: 18px 14px 56px;
    }
  }
  @media (max-width: 480px) {
    .name {
      display: none;
    }
    .where {
      padding: 0;
      border: 0;
    }
  }
`;
