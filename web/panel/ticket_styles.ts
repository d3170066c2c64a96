// How the open ticket looks.
import { css } from 'lit';

export const ticketStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    background: none;
  }
  header {
    padding: 20px 28px 16px;
    border-bottom: 1px solid var(--bellhop-line);
    background: var(--bellhop-surface);
  }
  h1 {
    font-size: 21px;
  }
  .back {
    display: none;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 10px;
    margin-top: 6px;
    font-size: 14px;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-top: 14px;
    font-size: 14px;
  }
  .tools label {
    margin-inline-end: auto;
    color: var(--bellhop-muted);
  }
  .tools select {
    margin-inline-start: 6px;
    color: var(--bellhop-text);
  }
  .thread {
    flex: 1;
    display: flex;
    flex-direction: column;
    gap: 18px;
    margin: 0;
    padding: 24px 28px;
    overflow-y: auto;
    list-style: none;
  }
  .message {
    display: flex;
    gap: 12px;
    max-width: 720px;
  }
  .message > div {
    min-width: 0;
    padding: 10px 14px 12px;
    border-radius: 4px 14px 14px 14px;
    background: var(--bellhop-surface);
    border: 1px solid var(--bellhop-line);
  }
  .note > div {
    background: color-mix(in srgb, var(--bellhop-amber) 9%, var(--bellhop-surface));
    border-color: color-mix(in srgb, var(--bellhop-amber) 28%, var(--bellhop-line));
  }
  .by {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    font-size: 13.5px;
  }
  .by em {
    font-style: normal;
    color: var(--bellhop-amber);
  }
  .by time,
  .happening {
    color: var(--bellhop-muted);
    font-size: 13px;
  }
  .text {
    margin-top: 3px;
    white-space: pre-line;
    overflow-wrap: anywhere;
  }
  .happening {
    align-self: center;
  }
  .happening strong {
    font-weight: 570;
    color: var(--bellhop-text);
  }
  .found > div,
  .happening.found {
    animation: found 2.4s ease-out;
  }
  @keyframes found {
    from {
      box-shadow: 0 0 0 3px var(--bellhop-accent);
    }
  }
  form {
    margin: 0 28px 24px;
    padding: 6px 12px 12px;
    border: 1px solid var(--bellhop-line);
    border-radius: var(--bellhop-radius);
    background: var(--bellhop-surface);
  }
  form:focus-within {
    border-color: var(--bellhop-accent);
  }
  form.note {
    background: color-mix(in srgb, var(--bellhop-amber) 7%, var(--bellhop-surface));
  }
  textarea,
  textarea:hover {
    border: 0;
    padding: 8px 4px;
    background: none;
  }
  textarea:focus-visible {
    outline: none;
  }
  .kinds {
    display: flex;
    gap: 4px;
  }
  .kinds button {
    padding: 7px 8px 5px;
    font-weight: 570;
    font-size: 14px;
    color: var(--bellhop-muted);
    border-bottom: 2px solid transparent;
  }
  .kinds button[aria-pressed='true'] {
    color: var(--bellhop-text);
    border-color: var(--bellhop-accent);
  }
  .submit {
    display: flex;
    gap: 8px;
  }
  @media (max-width: 720px) {
    .tools label {
      flex-basis: 100%;
    }
    .back {
      display: inline-flex;
      margin-bottom: 12px;
    }
    header,
    .thread {
      padding-inline: 16px;
    }
    form {
      margin-inline: 12px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .found > div {
      animation: none;
    }
  }
`;
