// The frame of the phone page: bar on top, list, status below; clear of notches and home indicators.
import { css } from 'lit';

export const notificationsStyles = css`
  :host {
    display: flex;
    flex-direction: column;
  }
  .bar {
    gap: 10px;
    min-height: 60px;
    padding-top: max(6px, env(safe-area-inset-top));
  }
  .bar h1 {
    font-size: 20px;
  }
  .logo {
    display: grid;
    place-items: center;
    width: 32px;
    height: 32px;
    border-radius: 9px;
    font-size: 20px;
    color: #fff;
    background: #4f46e5;
  }
  .count {
    min-width: 26px;
    padding: 2px 8px;
    border-radius: 13px;
    font-weight: 650;
    font-size: 14px;
    text-align: center;
    color: var(--bellhop-on-accent);
    background: var(--bellhop-accent);
  }
  .read-all {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 44px;
    padding: 0 4px;
    font-weight: 570;
    font-size: 15px;
    white-space: nowrap;
    color: var(--bellhop-accent);
  }
  .read-all svg {
    display: none;
    font-size: 22px;
  }
  .pull {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 8px;
    overflow: hidden;
    font-size: 14px;
    color: var(--bellhop-muted);
  }
  .pull svg {
    font-size: 18px;
    transition: transform 0.15s;
  }
  .pull.enough svg {
    transform: rotate(180deg);
  }
  main {
    flex: 1;
    width: 100%;
    max-width: 720px;
    margin: 0 auto;
    background: var(--bellhop-surface);
  }
  main.sign-in {
    max-width: 420px;
    padding: 48px 16px;
    background: none;
  }
  main.sign-in h1 {
    display: flex;
    align-items: center;
    gap: 10px;
    margin-bottom: 20px;
    font-size: 20px;
  }
  bellhop-preferences {
    position: fixed;
    inset: 0;
    z-index: 20;
    padding: env(safe-area-inset-top) max(0px, calc(50vw - 360px)) 0;
  }
  .older {
    min-height: 56px;
    border-bottom: 1px solid var(--bellhop-line);
    font-size: 16px;
  }
  footer {
    position: sticky;
    bottom: 0;
    width: 100%;
    max-width: 720px;
    margin: 0 auto;
    padding: 8px 18px max(10px, env(safe-area-inset-bottom));
    border-top: 1px solid var(--bellhop-line);
    background: var(--bellhop-raised);
  }
  .notice {
    position: absolute;
    left: 8px;
    right: 8px;
    bottom: 100%;
    font-size: 15px;
  }
  .undo {
    min-height: 44px;
    min-width: 64px;
  }
  @media (min-width: 760px) {
    main:not(.sign-in),
    footer {
      border-inline: 1px solid var(--bellhop-line);
    }
  }
  @media (max-width: 430px) {
    .bar {
      padding-inline-end: 6px;
    }
    .read-all {
      width: 44px;
      justify-content: center;
    }
    .read-all svg {
      display: block;
    }
    .read-all span {
      position: absolute;
      clip-path: inset(50%);
    }
  }
`;
