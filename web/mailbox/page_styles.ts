// List and email side by side; one at a time on a phone.
import { css } from 'lit';

export const mailboxStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100dvh;
  }
  main {
    flex: 1;
    min-height: 0;
    display: grid;
    grid-template-columns: 340px minmax(0, 1fr);
  }
  .mails {
    display: block;
    overflow-y: auto;
    border-inline-end: 1px solid var(--bellhop-line);
    background: var(--bellhop-surface);
  }
  .mails h1 {
    padding: 18px 20px 10px;
    font-size: 13px;
    font-weight: 620;
    color: var(--bellhop-muted);
  }
  .note {
    padding: 6px 20px;
    color: var(--bellhop-muted);
  }
  ul {
    list-style: none;
    margin: 0;
    padding: 0 8px 16px;
  }
  .mails a {
    display: grid;
    gap: 3px;
    padding: 11px 12px;
    border-radius: 10px;
    font-weight: 400;
  }
  .mails a[aria-current] {
    background: var(--bellhop-unread);
  }
  .subject {
    font-weight: 600;
    color: var(--bellhop-text);
  }
  .mails .muted {
    display: flex;
    gap: 8px;
    font-size: 13px;
  }
  .to {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .mail {
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .mail header {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 2px 16px;
    align-items: center;
    padding: 14px 20px;
    border-bottom: 1px solid var(--bellhop-line);
    background: var(--bellhop-surface);
    overflow-wrap: anywhere;
  }
  .mail h2 {
    font-size: 17px;
  }
  .mail .button {
    grid-area: 1 / 2 / 3;
  }
  .mail .muted {
    font-size: 13.5px;
  }
  .back {
    display: none;
  }
  .button[aria-pressed='true'] {
    border-color: var(--bellhop-accent);
    color: var(--bellhop-accent);
  }
  iframe {
    flex: 1;
    width: 100%;
    border: 0;
  }
  pre {
    flex: 1;
    margin: 0;
    padding: 20px;
    overflow: auto;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .nothing {
    display: grid;
    gap: 6px;
    align-content: center;
    justify-items: center;
  }
  .big {
    font-size: 44px;
    color: var(--bellhop-line);
  }
  @media (max-width: 720px) {
    main {
      grid-template-columns: minmax(0, 1fr);
    }
    .has-mail .mails,
    main:not(.has-mail) .nothing {
      display: none;
    }
    .back {
      display: block;
      padding-block: 10px;
    }
    .mail header {
      grid-template-columns: minmax(0, 1fr);
      padding-block: 4px 14px;
    }
    .mail .button {
      grid-area: auto;
      justify-self: start;
      margin-top: 8px;
    }
  }
`;
