// How a row of the bell's list looks.
import { css } from 'lit';

export const itemStyles = css`
  :host {
    display: block;
    /* What changes in one row is nothing to the others: a long list is drawn in a third of the time. */
    contain: content;
  }
  .row {
    position: relative;
    display: flex;
    gap: 12px;
    padding: 12px 14px 12px 18px;
  }
  .row:hover,
  .row:focus-within {
    background: var(--bellhop-hover);
  }
  .unread.row {
    background: var(--bellhop-unread);
  }
  .text {
    flex: 1;
    min-width: 0;
  }
  .open {
    display: block;
    width: 100%;
    text-align: start;
    text-decoration: none;
    border-radius: 6px;
    overflow-wrap: anywhere;
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
    outline-offset: -2px;
    border-radius: 8px;
  }
  .unread .title {
    font-weight: 600;
  }
  .body {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    line-clamp: 2;
    overflow: hidden;
    margin-top: 1px;
    color: var(--bellhop-muted);
  }
  .meta {
    display: block;
    overflow: clip;
    margin-top: 4px;
    font-size: 12.5px;
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
  .actor {
    font-weight: 550;
    color: var(--bellhop-text);
  }
  .why.watching {
    color: var(--bellhop-green);
    font-weight: 550;
  }
  .mark {
    position: absolute;
    inset-inline-start: 6px;
    top: 27px;
    width: 7px;
    height: 7px;
    border-radius: 50%;
    background: var(--bellhop-accent);
  }
  /* Over the last line: title and text stay to be read. */
  .acts {
    position: absolute;
    bottom: 4px;
    inset-inline-end: 10px;
    display: flex;
    gap: 2px;
    padding: 2px;
    border-radius: 9px;
    background: var(--bellhop-surface);
    box-shadow: 0 0 0 1px var(--bellhop-line);
    opacity: 0;
    transition: opacity 0.12s;
  }
  .row:hover .acts,
  .row:focus-within .acts {
    opacity: 1;
  }
  .row:has(.below) .acts {
    top: 4px;
    bottom: auto;
  }
  .act {
    display: grid;
    place-items: center;
    width: 28px;
    height: 24px;
    border-radius: 7px;
    font-size: 17px;
    color: var(--bellhop-muted);
  }
  .act:hover {
    color: var(--bellhop-text);
    background: var(--bellhop-hover);
  }
  .read:hover {
    color: var(--bellhop-green);
  }
  .dismiss:hover {
    color: var(--bellhop-red);
  }
  @media (hover: none) {
    .acts {
      /* Above the link that covers the whole row. */
      position: relative;
      inset: auto;
      display: grid;
      grid-template-columns: auto auto;
      align-self: start;
      margin: -4px 0;
      margin-inline-end: -4px;
      opacity: 1;
      background: none;
      box-shadow: none;
    }
    .act {
      width: 40px;
      height: 40px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .acts {
      transition: none;
    }
  }
  .member {
    padding-inline-start: 42px;
  }
  .title,
  .body {
    unicode-bidi: isolate;
  }
  .title {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    line-clamp: 3;
    overflow: hidden;
    padding-inline-end: 14px;
  }
  @media (hover: hover) {
    .row:has(.below) .title {
      padding-inline-end: 126px;
    }
  }
  .parts > * {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .more {
    position: relative;
    display: inline-flex;
    align-items: center;
    gap: 4px;
    margin-top: 5px;
    padding: 2px 9px;
    min-height: 24px;
    border-radius: 12px;
    font-size: 12.5px;
    font-weight: 550;
    color: var(--bellhop-accent);
    background: color-mix(in srgb, var(--bellhop-accent) 10%, transparent);
  }
  .more svg {
    transition: transform 0.12s;
  }
  .more[aria-expanded='true'] svg {
    transform: rotate(180deg);
  }
  .below {
    position: relative;
    margin-top: 8px;
    padding: 8px 10px;
    border-radius: 9px;
    font-size: 13px;
    color: var(--bellhop-text);
    background: var(--bellhop-raised);
    box-shadow: inset 0 0 0 1px var(--bellhop-line);
  }
  .times {
    display: grid;
    gap: 2px;
    padding: 4px;
  }
  .time {
    display: flex;
    justify-content: space-between;
    gap: 12px;
    padding: 7px 9px;
    border-radius: 7px;
    text-align: start;
  }
  .time:hover,
  .time:focus-visible {
    background: var(--bellhop-hover);
  }
  .time span {
    color: var(--bellhop-muted);
  }
  @media (max-width: 480px) {
    .time,
    .more {
      min-height: 44px;
      align-items: center;
    }
    .time,
    .time span {
      display: block;
    }
    .more {
      border-radius: 22px;
      padding: 2px 10px;
      font-size: 12px;
      text-align: start;
    }
  }
`;
