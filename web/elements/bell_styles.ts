// How `<bellhop-bell>` looks: the button, and the panel's frame. Rows and footer line bring their own styles.
import { css } from 'lit';
import { listStyles } from './list_styles';

export const bellStyles = [
  listStyles,
  css`
    :host {
      display: inline-block;
      position: relative;
    }
    :host([hidden]) {
      display: none;
    }
    .bell {
      position: relative;
      display: grid;
      place-items: center;
      width: 40px;
      height: 40px;
      border-radius: 50%;
      font-size: 24px;
      color: var(--bellhop-button-color, inherit);
    }
    .bell:hover,
    .bell[aria-expanded='true'] {
      background: color-mix(in srgb, currentColor 10%, transparent);
    }
    .badge {
      position: absolute;
      top: 0;
      left: 22px;
      min-width: 17px;
      height: 17px;
      padding: 0 4px;
      border-radius: 9px;
      font: 650 10.5px/17px var(--bellhop-font);
      font-variant-numeric: tabular-nums;
      text-align: center;
      color: var(--bellhop-on-accent);
      background: var(--bellhop-badge, var(--bellhop-accent));
      box-shadow: 0 0 0 2px var(--bellhop-bar, var(--bellhop-surface));
    }
    /* Something is new since the last look: the badge is red and the bell is solid, until the panel is opened. */
    .indicator {
      position: absolute;
      inset: 0;
      border-radius: inherit;
      background: var(--bellhop-alarm);
    }
    .number {
      position: relative;
      color: var(--bellhop-on-accent);
    }
    .indicator + .number {
      color: #fff;
    }
    .indicator::after {
      content: '';
      position: absolute;
      inset: 0;
      border-radius: inherit;
      background: var(--bellhop-alarm);
      animation: pulse 1.8s ease-out 3;
      opacity: 0;
    }
    .ringing svg {
      fill: currentColor;
      transform-origin: 50% 10%;
      animation: ring 0.7s ease-in-out;
    }
    @keyframes pulse {
      from {
        opacity: 0.6;
        transform: none;
      }
      to {
        opacity: 0;
        transform: scale(1.9);
      }
    }
    @keyframes ring {
      20% {
        transform: rotate(14deg);
      }
      45% {
        transform: rotate(-11deg);
      }
      70% {
        transform: rotate(6deg);
      }
    }
    .panel {
      position: fixed;
      z-index: 2147483000;
      inset: auto;
      margin: 0;
      padding: 0;
      border: 0;
      overflow: hidden;
      border-radius: var(--bellhop-radius);
      color: var(--bellhop-text);
      background: var(--bellhop-surface);
      box-shadow: var(--bellhop-shadow);
    }
    .panel:popover-open,
    .panel {
      display: flex;
      flex-direction: column;
    }
    .panel:focus-visible {
      outline: none;
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
      /* A line of their own: in one there is no room for a thumb. */
      .bulk {
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
    bellhop-preferences {
      flex: 1;
    }
    .scroll {
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
