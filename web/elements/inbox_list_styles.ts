// How the inside of the open bell looks: head, filters, list, help and footer.
import { css } from 'lit';
import { listStyles } from './list_styles';

export const inboxListStyles = [
  listStyles,
  css`
    :host {
      display: flex;
      flex-direction: column;
      min-height: 0;
    }
    .head {
      display: flex;
      flex: none;
      align-items: center;
      gap: 2px 6px;
      min-height: 52px;
      padding-block: 4px;
      padding-inline: 18px 8px;
      border-bottom: 1px solid var(--bellhop-line);
    }
    h2 {
      margin: 0;
      font-size: 16px;
      font-weight: 650;
      letter-spacing: -0.01em;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .pill {
      min-width: 22px;
      padding: 1px 7px;
      text-align: center;
      border-radius: 10px;
      font-size: 12px;
      font-weight: 550;
      color: var(--bellhop-accent);
      background: var(--bellhop-unread);
      white-space: nowrap;
    }
    .grow {
      flex: 1;
    }
    .bulk {
      display: flex;
      flex: none;
      gap: 6px;
    }
    @media (max-width: 480px) {
      .head {
        flex-wrap: wrap;
        gap: 2px 4px;
        padding-inline: 14px 4px;
      }
      .head h2 {
        font-size: 15px;
      }
      /* Both of them get a line of their own: in one there is no room for a thumb. */
      .bulk:has(.clear-read) {
        order: 1;
        flex-basis: 100%;
        justify-content: space-between;
        padding-inline-end: 10px;
      }
      .bulk .link {
        min-height: 44px;
        padding: 0;
      }
    }
    .filters {
      display: flex;
      flex: none;
      align-items: center;
      gap: 6px;
      padding-block: 8px;
      padding-inline: 14px 8px;
      border-bottom: 1px solid var(--bellhop-line);
    }
    .chips {
      display: flex;
      flex: 1;
      flex-wrap: wrap;
      gap: 4px;
      min-width: 0;
    }
    .chip {
      padding: 4px 11px;
      min-height: 28px;
      border-radius: 14px;
      font-size: 13px;
      font-weight: 550;
      color: var(--bellhop-muted);
    }
    .chip:hover {
      color: var(--bellhop-text);
      background: var(--bellhop-hover);
    }
    .chip[aria-pressed='true'] {
      color: var(--bellhop-accent);
      background: color-mix(in srgb, var(--bellhop-accent) 12%, transparent);
    }
    .icon {
      display: grid;
      flex: none;
      place-items: center;
      width: 32px;
      height: 32px;
      border-radius: 50%;
      font-size: 18px;
      color: var(--bellhop-muted);
    }
    .icon:hover,
    .icon[aria-expanded='true'] {
      color: var(--bellhop-text);
      background: var(--bellhop-hover);
    }
    .foot .icon {
      width: 24px;
      height: 24px;
    }
    .search {
      flex: none;
      padding: 8px 14px;
      border-bottom: 1px solid var(--bellhop-line);
    }
    .search input {
      width: 100%;
      min-height: 36px;
      padding: 6px 12px;
      border: 1px solid var(--bellhop-line);
      border-radius: 9px;
      font: inherit;
      color: var(--bellhop-text);
      background: var(--bellhop-raised);
    }
    @media (hover: none), (max-width: 480px) {
      .chip {
        min-height: 44px;
        padding: 4px 10px;
        border-radius: 22px;
      }
      .chips {
        gap: 2px;
      }
      .icon.find {
        width: 44px;
        height: 44px;
      }
      .search input {
        min-height: 44px;
        font-size: 16px;
      }
    }
    /* Keys are of no use to whoever has none. */
    @media (hover: none) {
      .icon.keys {
        display: none;
      }
    }
    .scroll {
      /* What is not drawn is padding: the browser must not correct the position as rows come and go. */
      overflow-anchor: none;
      /* Rows measure from here. */
      position: relative;
      flex: 1;
      min-height: 0;
      overflow-y: auto;
      overscroll-behavior: contain;
      scrollbar-width: thin;
    }
    .foot {
      display: flex;
      align-items: start;
      gap: 12px;
      padding: 9px 14px 9px 18px;
      border-top: 1px solid var(--bellhop-line);
      background: var(--bellhop-raised);
    }
    .foot bellhop-status {
      flex: 1;
    }
    .link {
      white-space: nowrap;
      text-decoration: none;
    }
  `,
];
