// Fields and buttons, the same in the elements and on the bundled pages.
import { css } from 'lit';

export const formStyles = css`
  input,
  select,
  textarea {
    font: inherit;
    color: inherit;
    padding: 8px 11px;
    min-height: 38px;
    border: 1px solid var(--bellhop-line);
    border-radius: 9px;
    background: var(--bellhop-surface);
    max-width: 100%;
  }
  textarea {
    display: block;
    width: 100%;
    min-height: 84px;
    resize: vertical;
  }
  input:hover,
  select:hover,
  textarea:hover {
    border-color: color-mix(in srgb, var(--bellhop-muted) 50%, var(--bellhop-line));
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 7px;
    min-height: 38px;
    padding: 7px 14px;
    border: 1px solid var(--bellhop-line);
    border-radius: 9px;
    font-weight: 550;
    font-size: 14px;
    text-decoration: none;
    background: var(--bellhop-surface);
  }
  .button:hover:not(:disabled) {
    background: var(--bellhop-hover);
  }
  .button.primary {
    border-color: transparent;
    color: var(--bellhop-on-accent);
    background: var(--bellhop-accent);
  }
  .button.primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--bellhop-accent) 88%, var(--bellhop-text));
  }
  .button.danger {
    color: var(--bellhop-red);
  }
  .button svg {
    font-size: 17px;
  }
`;
