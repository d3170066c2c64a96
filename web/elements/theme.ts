// The look that all elements share: one set of custom properties, light and dark, each to be overridden from the
// page (`bellhop-bell { --bellhop-accent: teal }`). `theme="light"` or `"dark"` overrules the system's choice.
import { css, unsafeCSS, type CSSResult } from 'lit';

const DARK = `
  --bellhop-surface: #17191f;
  --bellhop-raised: #1e2129;
  --bellhop-text: #eceef3;
  --bellhop-muted: #9aa1b1;
  --bellhop-line: #2a2e38;
  --bellhop-hover: #22252e;
  --bellhop-unread: #1c2033;
  --bellhop-accent: #8b93ff;
  --bellhop-on-accent: #10121a;
  --bellhop-red: #ff8496;
  --bellhop-alarm: #d6254a;
  --bellhop-green: #4cc38a;
  --bellhop-indigo: #8b93ff;
  --bellhop-violet: #b794f6;
  --bellhop-blue: #5eb0ef;
  --bellhop-amber: #f0b429;
  --bellhop-gray: #9aa1b1;
  --bellhop-shadow: 0 0 0 1px #2a2e38, 0 20px 50px rgb(0 0 0 / 55%);
  color-scheme: dark;
`;

const LIGHT = `
  --bellhop-surface: #ffffff;
  --bellhop-raised: #f6f7f9;
  --bellhop-text: #1a1d24;
  --bellhop-muted: #626a7a;
  --bellhop-line: #e6e8ee;
  --bellhop-hover: #f4f5f8;
  --bellhop-unread: #f3f4ff;
  --bellhop-accent: #4f46e5;
  --bellhop-on-accent: #ffffff;
  --bellhop-red: #b91a36;
  --bellhop-alarm: #d91e43;
  --bellhop-green: #107040;
  --bellhop-indigo: #4f46e5;
  --bellhop-violet: #7c3aed;
  --bellhop-blue: #0a66ad;
  --bellhop-amber: #8f5606;
  --bellhop-gray: #565e6e;
  --bellhop-shadow: 0 0 0 1px rgb(20 24 40 / 7%), 0 18px 48px rgb(20 24 40 / 18%);
  --bellhop-radius: 14px;
  --bellhop-font: ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  color-scheme: light;
  font-family: var(--bellhop-font);
  font-size: 14px;
  line-height: 1.45;
  color: var(--bellhop-text);
`;

/** For an element that brings its own colours only with that attribute (`[alone]`); empty: always. */
export function themeOf(attribute: '' | '[alone]'): CSSResult {
  return unsafeCSS(`
    :host${attribute && `(${attribute})`} {${LIGHT}}
    @media (prefers-color-scheme: dark) {
      :host(${attribute}:not([theme='light'])) {${DARK}}
    }
    :host(${attribute}[theme='dark']) {${DARK}}
  `);
}

export const theme = themeOf('');

export const controls = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button,
  a {
    font: inherit;
    color: inherit;
  }
  button {
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
  }
  button:disabled {
    cursor: default;
    opacity: 0.45;
  }
  :focus-visible {
    outline: 2px solid var(--bellhop-accent);
    outline-offset: 2px;
  }
  svg {
    display: block;
    width: 1em;
    height: 1em;
  }
  .link {
    color: var(--bellhop-accent);
    font-weight: 550;
    font-size: 13px;
    padding: 4px;
    border-radius: 6px;
  }
  .link:hover:not(:disabled) {
    text-decoration: underline;
    text-underline-offset: 3px;
  }
  .hidden-text {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
