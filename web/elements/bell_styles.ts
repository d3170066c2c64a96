// How `<bellhop-bell>` looks: the button, the panel's frame and the question. What is in them brings its own styles.
import { css } from 'lit';

export const bellStyles = [
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
      inset-inline-start: 22px;
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
    bellhop-list {
      display: flex;
      flex-direction: column;
      flex: 1;
      min-height: 0;
    }
    bellhop-preferences {
      flex: 1;
      min-height: 0;
      overflow-y: auto;
    }
    .ask {
      position: fixed;
      z-index: 2147483000;
      inset: auto;
      inset-block-end: max(16px, env(safe-area-inset-bottom));
      inset-inline-end: 16px;
      box-sizing: border-box;
      width: min(420px, calc(100vw - 32px));
      margin: 0;
      padding: 12px 14px;
      border: 0;
      border-radius: var(--bellhop-radius);
      color: var(--bellhop-text);
      background: var(--bellhop-surface);
      box-shadow: var(--bellhop-shadow);
    }
  `,
];
