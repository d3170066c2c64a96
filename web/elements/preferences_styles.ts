// How `<bellhop-preferences>` looks: head and foot that stay, and what a finger needs of the parts in between.
import { css } from 'lit';
import { fieldStyles } from './field_styles';
import { groupStyles } from './group_styles';

const frame = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
    color: var(--bellhop-text);
    background: var(--bellhop-surface);
  }
  :host([hidden]) {
    display: none;
  }
  :host([alone]) {
    border: 1px solid var(--bellhop-line);
    border-radius: var(--bellhop-radius);
    overflow: hidden;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 4px;
    min-height: 52px;
    padding: 4px 8px;
    border-bottom: 1px solid var(--bellhop-line);
  }
  :host([alone]) .top {
    padding-inline: 18px;
  }
  .back {
    display: grid;
    place-items: center;
    width: 44px;
    height: 44px;
    border-radius: 12px;
    font-size: 22px;
  }
  .back:hover {
    background: var(--bellhop-hover);
  }
  /* The arrow points to where one reads from. */
  .back:dir(rtl) svg {
    transform: scaleX(-1);
  }
  h2 {
    margin: 0;
    font-size: 16px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  h2:focus,
  .said:focus {
    outline: none;
  }
  .body {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
  }
  .body[inert] {
    opacity: 0.55;
  }
  .state {
    display: grid;
    justify-items: center;
    gap: 12px;
    margin: 0;
    padding: 48px 24px;
    text-align: center;
    color: var(--bellhop-muted);
  }
  .foot {
    display: flex;
    align-items: center;
    gap: 10px;
    min-height: 64px;
    padding: 9px 14px max(9px, env(safe-area-inset-bottom)) 18px;
    padding-inline: 18px 14px;
    border-top: 1px solid var(--bellhop-line);
    background: var(--bellhop-raised);
  }
  .foot p {
    display: flex;
    flex: 1;
    gap: 6px;
    align-items: center;
    min-width: 0;
    margin: 0;
    font-size: 13px;
    overflow-wrap: anywhere;
  }
  .foot svg {
    flex: none;
    font-size: 17px;
    color: var(--bellhop-green);
  }
  .foot .wrong,
  .foot .wrong svg {
    color: var(--bellhop-red);
  }
  .foot .button {
    flex: none;
    min-height: 44px;
  }
`;

/** A finger wants 44 pixels, and a phone zooms into fields whose text is smaller than 16. */
const touch = css`
  @media (hover: none), (max-width: 480px) {
    .body .button,
    .body select,
    .body input:not([type='checkbox']),
    .choice,
    .chip,
    .link,
    .box,
    .day-head {
      min-height: 44px;
    }
    .small {
      width: 44px;
      height: 44px;
    }
    .body select,
    .body input:not([type='checkbox']) {
      font-size: 16px;
    }
    .block,
    .field,
    .chips,
    .more summary,
    .more > .text,
    .day,
    h3 {
      padding-inline: 16px;
    }
    .foot {
      padding-inline: 16px 10px;
    }
  }
`;

export const preferencesStyles = [frame, fieldStyles, groupStyles, touch];
