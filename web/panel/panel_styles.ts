// The desk's frame: bar, ticket list, ticket, and what else happens; one column at a time on a phone.
import { css } from 'lit';

export const tagStyles = css`
  .tag {
    --tint: var(--bellhop-gray);
    padding: 1px 8px;
    border-radius: 10px;
    font-size: 12px;
    font-weight: 570;
    color: var(--tint);
    background: color-mix(in srgb, var(--tint) 12%, transparent);
  }
  .tag.open {
    --tint: var(--bellhop-green);
  }
  .tag.high {
    --tint: var(--bellhop-amber);
  }
  .tag.urgent,
  .tag.critical {
    --tint: var(--bellhop-red);
  }
  .initials {
    display: grid;
    place-items: center;
    flex: none;
    width: 34px;
    height: 34px;
    border-radius: 50%;
    font-size: 12.5px;
    font-weight: 650;
    color: var(--bellhop-accent);
    background: color-mix(in srgb, var(--bellhop-accent) 13%, transparent);
  }
`;

export const panelStyles = [
  tagStyles,
  css`
    :host {
      display: flex;
      flex-direction: column;
      height: 100dvh;
    }
    .wait {
      display: grid;
      gap: 12px;
      justify-items: center;
      padding: 20vh 24px;
      text-align: center;
      color: var(--bellhop-muted);
    }
    .who {
      display: flex;
      align-items: center;
      gap: 8px;
    }
    .who select {
      max-width: 200px;
      border-color: transparent;
      font-weight: 570;
    }
    .ways {
      display: flex;
      gap: 8px;
    }
    .tickets .ways {
      display: none;
    }
    main {
      flex: 1;
      min-height: 0;
      display: grid;
      grid-template-columns: 300px minmax(0, 1fr) 300px;
    }
    .tickets {
      display: block;
      overflow-y: auto;
      border-inline-end: 1px solid var(--bellhop-line);
      background: var(--bellhop-surface);
    }
    .tickets h1,
    .tickets h2 {
      padding: 18px 20px 10px;
      font-size: 13px;
      font-weight: 620;
      color: var(--bellhop-muted);
    }
    ul {
      list-style: none;
      margin: 0;
      padding: 0 8px 16px;
    }
    .tickets li a {
      display: grid;
      gap: 3px;
      padding: 11px 12px;
      border-radius: 10px;
      color: inherit;
      font-weight: 400;
    }
    .tickets li a:hover {
      background: var(--bellhop-hover);
    }
    .tickets li a[aria-current] {
      background: var(--bellhop-unread);
    }
    .subject {
      font-weight: 600;
      font-size: 14.5px;
      color: var(--bellhop-text);
    }
    .tickets .muted {
      font-size: 13px;
    }
    .tags {
      display: flex;
      align-items: center;
      gap: 6px;
      margin-top: 3px;
    }
    .assignee {
      margin-inline-start: auto;
      font-size: 12.5px;
      color: var(--bellhop-muted);
    }
    .nothing {
      grid-column: 2 / -1;
      display: grid;
      gap: 6px;
      align-content: center;
      justify-items: center;
      text-align: center;
      padding: 24px;
    }
    .big {
      font-size: 44px;
      color: var(--bellhop-line);
    }
    @media (max-width: 1080px) {
      main {
        grid-template-columns: 270px minmax(0, 1fr);
        overflow-y: auto;
      }
      desk-acts {
        grid-column: 2;
      }
    }
    @media (max-width: 720px) {
      :host {
        height: auto;
      }
      .bar {
        gap: 8px;
        padding-inline: 12px;
      }
      .bar .ways,
      .brand > span:last-child,
      .who .initials {
        display: none;
      }
      .who select {
        max-width: 170px;
      }
      main {
        display: block;
      }
      .tickets .ways {
        display: grid;
        grid-template-columns: 1fr 1fr;
        /* Room for the question about notifications, which lies over the end of the page. */
        padding: 4px 20px 140px;
      }
      .tickets .ways .button {
        min-height: 44px;
        color: var(--bellhop-text);
      }
      .tickets {
        border: 0;
        min-height: calc(100dvh - 56px);
      }
      .has-ticket .tickets,
      main:not(.has-ticket) .nothing {
        display: none;
      }
    }
  `,
];
