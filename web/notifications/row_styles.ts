// How a row of the phone's list looks, and the coloured ground that a swipe uncovers.
import { css } from 'lit';

export const rowStyles = css`
  :host {
    position: relative;
    display: block;
    overflow: hidden;
    background: var(--bellhop-surface);
  }
  .under {
    position: absolute;
    inset: 0;
    display: none;
    align-items: center;
    gap: 8px;
    padding: 0 24px;
    font-weight: 600;
    color: #fff;
    opacity: 0.75;
  }
  .under svg {
    font-size: 22px;
  }
  .under.read {
    background: #14804a;
  }
  .under.delete {
    justify-content: flex-end;
    background: #c9203d;
  }
  :host([data-side='read']) .under.read,
  :host([data-side='delete']) .under.delete {
    display: flex;
  }
  :host([committed]) .under {
    opacity: 1;
  }
  .sheet {
    position: relative;
    isolation: isolate;
    display: flex;
    gap: 14px;
    min-height: 84px;
    padding: 14px 8px 14px max(18px, env(safe-area-inset-left));
    background: var(--bellhop-surface);
    touch-action: pan-y;
    transition: transform 0.16s ease-out;
  }
  .sheet.unread {
    background: var(--bellhop-unread);
  }
  .unread::before {
    content: '';
    position: absolute;
    left: 6px;
    top: 29px;
    width: 7px;
    height: 7px;
    border-radius: 50%;
    background: var(--bellhop-accent);
  }
  .open {
    flex: 1;
    min-width: 0;
    align-self: start;
    text-align: start;
    overflow-wrap: anywhere;
    user-select: none;
    -webkit-user-select: none;
  }
  /* The whole row opens it; the acts lie above. */
  .open::after {
    content: '';
    position: absolute;
    inset: 0;
  }
  .open:focus-visible {
    outline: none;
  }
  .open:focus-visible::after {
    outline: 2px solid var(--bellhop-accent);
    outline-offset: -3px;
    border-radius: 10px;
  }
  .title {
    display: block;
    font-size: 16px;
    line-height: 1.35;
  }
  .unread .title {
    font-weight: 620;
  }
  .body {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    line-clamp: 2;
    overflow: hidden;
    margin-top: 2px;
    font-size: 15px;
    color: var(--bellhop-muted);
  }
  .meta {
    display: block;
    overflow: clip;
    margin-top: 4px;
    font-size: 13.5px;
    color: var(--bellhop-muted);
  }
  /* The dot before each part; that of a line's first part lies outside and is cut off. */
  .parts {
    display: flex;
    flex-wrap: wrap;
    margin-inline-start: -15px;
  }
  .parts > * {
    position: relative;
    padding-inline-start: 15px;
  }
  .parts > *::before {
    content: '·';
    position: absolute;
    inset-inline-start: 5px;
    color: var(--bellhop-muted);
    font-weight: 400;
  }
  .acts {
    z-index: 1;
    display: flex;
    flex-direction: column;
    align-self: start;
    gap: 2px;
  }
  @media (min-width: 720px) {
    .acts {
      flex-direction: row;
    }
  }
  .act {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    border-radius: 12px;
    font-size: 20px;
    color: var(--bellhop-muted);
  }
  .act:hover {
    color: var(--bellhop-text);
    background: color-mix(in srgb, var(--bellhop-text) 7%, transparent);
  }
  .do-read {
    color: var(--bellhop-green);
  }
  @media (prefers-reduced-motion: reduce) {
    .sheet {
      transition: none;
    }
  }
`;
