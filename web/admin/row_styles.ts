// Rows that wrap on a phone, states in their colours, and messages to the person.
import { css } from 'lit';

export const rows = css`
  ul.rows {
    list-style: none;
    margin: 0;
    padding: 0;
    background: var(--bellhop-surface);
    border: 1px solid var(--bellhop-line);
    border-radius: var(--bellhop-radius);
    overflow: hidden;
  }
  ul.rows > li + li {
    border-top: 1px solid var(--bellhop-line);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 16px;
    width: 100%;
    padding: 12px 18px;
    text-align: start;
    color: inherit;
    text-decoration: none;
  }
  a.row:hover,
  button.row:hover {
    background: var(--bellhop-hover);
  }
  a.row:focus-visible,
  button.row:focus-visible {
    outline-offset: -3px;
    border-radius: var(--bellhop-radius);
  }
  .row > .main {
    flex: 1 1 260px;
    min-width: 0;
    display: grid;
    gap: 1px;
  }
  .row > .side {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 10px;
    font-size: 13.5px;
    color: var(--bellhop-muted);
  }
  .title {
    font-weight: 600;
  }
  .small {
    font-size: 13.5px;
  }
  .pill {
    --tint: var(--bellhop-gray);
    display: inline-block;
    padding: 1px 9px;
    border-radius: 10px;
    font-size: 12.5px;
    font-weight: 600;
    white-space: nowrap;
    color: var(--tint);
    background: color-mix(in srgb, var(--tint) 11%, var(--bellhop-surface));
  }
  .pill.green {
    --tint: var(--bellhop-green);
  }
  .pill.red {
    --tint: var(--bellhop-red);
  }
  .pill.amber {
    --tint: var(--bellhop-amber);
  }
  .pill.blue {
    --tint: var(--bellhop-blue);
  }
  .pill.indigo {
    --tint: var(--bellhop-indigo);
  }
`;

export const messages = css`
  .trouble {
    display: flex;
    flex-wrap: wrap;
    align-items: start;
    gap: 10px;
    margin: 0 0 14px;
    padding: 12px 16px;
    border: 1px solid color-mix(in srgb, var(--bellhop-red) 35%, var(--bellhop-line));
    border-radius: 11px;
    background: color-mix(in srgb, var(--bellhop-red) 6%, var(--bellhop-surface));
  }
  .trouble > svg {
    flex: none;
    font-size: 20px;
    color: var(--bellhop-red);
  }
  .trouble > div {
    flex: 1 1 200px;
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .trouble ul {
    margin: 6px 0 0;
    padding-inline-start: 18px;
  }
  .said {
    display: flex;
    gap: 6px;
    align-items: center;
    font-weight: 570;
    color: var(--bellhop-green);
  }
  .said svg {
    flex: none;
    font-size: 18px;
  }
  .said:empty {
    display: none;
  }
  .empty {
    display: grid;
    gap: 6px;
    justify-items: center;
    padding: 40px 20px;
    text-align: center;
    border: 1px dashed color-mix(in srgb, var(--bellhop-muted) 45%, var(--bellhop-line));
    border-radius: var(--bellhop-radius);
  }
  .empty .muted {
    max-width: 56ch;
  }
  .waiting {
    padding: 28px;
    text-align: center;
    color: var(--bellhop-muted);
  }
  .stale {
    opacity: 0.6;
  }
`;
