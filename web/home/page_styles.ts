// What the bundled pages share on top of the elements' theme: ground, top bar, cards, form controls.
import { css } from 'lit';
import { formStyles } from '../elements/form_styles';

const pageFrame = css`
  :host {
    --page: #f6f7f9;
    --bellhop-bar: var(--bellhop-surface);
    display: block;
    min-height: 100dvh;
    background: var(--page);
    font-size: 15px;
  }
  @media (prefers-color-scheme: dark) {
    :host {
      --page: #101217;
    }
  }
  .bar {
    position: sticky;
    top: 0;
    z-index: 10;
    display: flex;
    align-items: center;
    gap: 8px 16px;
    min-height: 56px;
    padding: 6px max(20px, env(safe-area-inset-right)) 6px max(20px, env(safe-area-inset-left));
    background: var(--bellhop-surface);
    border-bottom: 1px solid var(--bellhop-line);
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 10px;
    font-weight: 680;
    font-size: 16px;
    letter-spacing: -0.01em;
    text-decoration: none;
  }
  .brand .logo {
    display: grid;
    place-items: center;
    width: 30px;
    height: 30px;
    border-radius: 8px;
    font-size: 19px;
    color: #fff;
    background: #4f46e5;
  }
  nav {
    display: flex;
    gap: 4px;
  }
  nav a {
    padding: 7px 10px;
    border-radius: 8px;
    text-decoration: none;
    color: var(--bellhop-muted);
    font-weight: 550;
    font-size: 14px;
  }
  nav a:hover,
  nav a[aria-current] {
    color: var(--bellhop-text);
    background: var(--bellhop-hover);
  }
  .grow {
    flex: 1;
  }
  @media (max-width: 480px) {
    .bar {
      gap: 6px;
      padding-inline: 14px;
    }
    .brand > :not(.logo) {
      display: none;
    }
    nav a {
      padding-inline: 8px;
    }
  }
  .card {
    background: var(--bellhop-surface);
    border: 1px solid var(--bellhop-line);
    border-radius: var(--bellhop-radius);
  }
  h1,
  h2,
  h3 {
    margin: 0;
    letter-spacing: -0.015em;
    line-height: 1.25;
  }
  p {
    margin: 0;
  }
  .muted {
    color: var(--bellhop-muted);
  }
  code,
  pre {
    font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
    font-size: 13px;
  }
`;

export const pageStyles = [formStyles, pageFrame];
