// How one preference looks: words at the start, its switch or choice at the end.
import { css } from 'lit';

export const fieldStyles = css`
  section {
    padding-bottom: 10px;
  }
  section + section {
    border-top: 1px solid var(--bellhop-line);
  }
  h3 {
    margin: 0;
    padding: 16px 18px 4px;
    font-size: 12px;
    font-weight: 650;
    letter-spacing: 0.04em;
    text-transform: uppercase;
    color: var(--bellhop-muted);
  }
  .block {
    padding: 4px 18px 6px;
  }
  .block.end {
    padding-block: 0 14px;
  }
  .field {
    display: flex;
    align-items: center;
    gap: 14px;
    min-height: 44px;
    padding: 7px 18px;
  }
  label.field:has(:enabled) {
    cursor: pointer;
  }
  label.field:has(:enabled):hover {
    background: var(--bellhop-hover);
  }
  .words {
    flex: 1;
    min-width: 0;
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 8px;
  }
  .label {
    font-weight: 570;
  }
  .aside {
    font-size: 12px;
    color: var(--bellhop-accent);
  }
  .text {
    display: block;
    margin: 0;
    font-size: 12.5px;
    line-height: 1.4;
    color: var(--bellhop-muted);
  }
  .lock,
  .fault {
    display: flex;
    gap: 5px;
    align-items: center;
    margin-top: 2px;
    font-size: 12.5px;
  }
  .lock svg,
  .fault svg {
    flex: none;
    font-size: 15px;
  }
  .lock {
    color: var(--bellhop-amber);
  }
  .fault {
    color: var(--bellhop-red);
    font-weight: 550;
  }
  .switch {
    --knob: 18px;
    appearance: none;
    flex: none;
    position: relative;
    width: 42px;
    height: 24px;
    min-height: 0;
    margin: 0;
    padding: 0;
    border: 0;
    border-radius: 12px;
    background: color-mix(in srgb, var(--bellhop-muted) 70%, var(--bellhop-surface));
    cursor: inherit;
    transition: background 0.12s;
  }
  .switch::after {
    content: '';
    position: absolute;
    inset-block-start: 3px;
    inset-inline-start: 3px;
    width: var(--knob);
    height: var(--knob);
    border-radius: 50%;
    background: #fff;
    transition: inset-inline-start 0.12s;
  }
  .switch:checked {
    background: var(--bellhop-accent);
  }
  .switch:checked::after {
    inset-inline-start: 21px;
    background: var(--bellhop-on-accent);
  }
  .switch:disabled {
    opacity: 0.5;
  }
  select {
    flex: none;
    max-width: 58%;
  }
  [aria-invalid='true']:not(.switch) {
    border-color: var(--bellhop-red);
  }
  @media (prefers-reduced-motion: reduce) {
    .switch,
    .switch::after {
      transition: none;
    }
  }
  /* A high-contrast mode draws no backgrounds. */
  @media (forced-colors: active) {
    .switch {
      border: 1px solid;
    }
    .switch::after {
      background: ButtonText;
    }
  }
`;
