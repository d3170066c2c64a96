// How the part of the preferences looks that concerns this browser alone.
import { css } from 'lit';

export const thisBrowserStyles = css`
  :host {
    display: contents;
  }
  .volume {
    width: 140px;
    min-height: 32px;
    accent-color: var(--bellhop-accent);
  }
  .try {
    display: grid;
    flex: none;
    place-items: center;
    width: 36px;
    height: 36px;
    border-radius: 9px;
    font-size: 19px;
    color: var(--bellhop-accent);
  }
  .try:hover:not(:disabled) {
    background: var(--bellhop-hover);
  }
  .devices,
  .verdicts {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .devices li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
    padding: 10px 16px;
  }
  .devices .words {
    flex: 1 1 180px;
    min-width: 0;
  }
  .kind {
    font-size: 22px;
    color: var(--bellhop-muted);
  }
  .devices em {
    margin-inline-start: 6px;
    padding: 1px 8px;
    border-radius: 9px;
    font-size: 12px;
    font-style: normal;
    color: var(--bellhop-accent);
    background: var(--bellhop-unread);
  }
  .device-acts {
    display: flex;
    gap: 6px;
  }
  .verdicts {
    display: grid;
    gap: 8px;
    margin-top: 10px;
  }
  .run-checkup {
    margin-top: 8px;
  }
  .verdicts:empty {
    display: none;
  }
  .verdicts li {
    display: flex;
    gap: 10px;
    font-size: 13.5px;
    overflow-wrap: anywhere;
  }
  .verdicts .mark {
    flex: none;
    margin-top: 1px;
    font-size: 18px;
    color: var(--bellhop-muted);
  }
  .verdicts .good {
    color: var(--bellhop-green);
  }
  .verdicts .bad {
    color: var(--bellhop-red);
  }
  @media (hover: none), (max-width: 480px) {
    .try {
      width: 44px;
      height: 44px;
    }
    .volume {
      min-height: 44px;
    }
  }
`;
