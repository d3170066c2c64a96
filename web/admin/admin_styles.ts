// What the console's pages share: heads, rows that become cards on a phone, forms, pills, messages.
import { css } from 'lit';
import { controls } from '../elements/theme';
import { pageStyles } from '../home/page_styles';
import { messages, rows } from './row_styles';

const frame = css`
  :host {
    min-height: 0;
    background: none;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 12px 20px;
    margin-bottom: 20px;
  }
  .head > div:first-child {
    flex: 1 1 320px;
    display: grid;
    gap: 4px;
  }
  .head p {
    max-width: 70ch;
  }
  h1 {
    font-size: 24px;
    font-weight: 700;
  }
  h1:focus {
    outline: none;
  }
  h2 {
    font-size: 17px;
  }
  h2.over {
    margin: 22px 0 10px;
  }
  .card > h2.over {
    margin-top: 0;
  }
  h3 {
    font-size: 15px;
  }
  .acts,
  .line-acts {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
  .card {
    padding: 18px 20px;
  }
  .card + .card,
  section + section {
    margin-top: 16px;
  }
  .plain {
    unicode-bidi: isolate;
    overflow-wrap: anywhere;
  }
  code {
    overflow-wrap: anywhere;
  }
  .button.small {
    min-height: 32px;
    padding: 4px 11px;
    font-size: 13.5px;
  }
  .more {
    margin-top: 14px;
    text-align: center;
  }
  a.link {
    padding: 0;
    font-size: inherit;
  }
`;

const forms = css`
  .filters {
    display: flex;
    flex-wrap: wrap;
    gap: 10px;
    align-items: end;
    margin-bottom: 16px;
  }
  .entry {
    display: grid;
    gap: 4px;
    min-width: 0;
  }
  .entry > input,
  .entry > select,
  .entry > textarea {
    width: 100%;
    min-width: 0;
  }
  .entry > span:first-child {
    font-size: 13px;
    font-weight: 600;
  }
  .filters .entry {
    flex: 1 1 150px;
    max-width: 260px;
  }
  form.stack {
    display: grid;
    gap: 14px;
  }
  .hint {
    font-size: 13px;
    color: var(--bellhop-muted);
  }
  .fault {
    font-size: 13px;
    font-weight: 570;
    color: var(--bellhop-red);
  }
  [aria-invalid='true'] {
    border-color: var(--bellhop-red);
  }
  .end {
    display: flex;
    flex-wrap: wrap;
    justify-content: end;
    gap: 8px;
  }
  .check {
    display: flex;
    gap: 10px;
    align-items: start;
    padding: 5px 0;
  }
  .check input {
    flex: none;
    width: 18px;
    height: 18px;
    min-height: 0;
    margin: 2px 0 0;
    accent-color: var(--bellhop-accent);
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0;
    font-size: 13px;
    font-weight: 600;
  }
  .mono {
    font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace;
    font-size: 13px;
    line-height: 1.55;
  }
  dl.facts {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 6px 18px;
    margin: 0;
  }
  dl.facts dt {
    color: var(--bellhop-muted);
  }
  dl.facts dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  @media (max-width: 520px) {
    dl.facts {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
    dl.facts dd {
      margin-bottom: 8px;
    }
    .filters .entry {
      max-width: none;
    }
    .card {
      padding: 16px;
    }
    .row {
      padding: 12px 14px;
    }
  }
`;

/** Parts of one page, each with an address of its own. */
export const tabStyles = css`
  .tabs {
    flex-wrap: wrap;
    margin-bottom: 18px;
    border-bottom: 1px solid var(--bellhop-line);
    padding-bottom: 8px;
  }
  .tabs a[aria-current] {
    color: var(--bellhop-accent);
    background: color-mix(in srgb, var(--bellhop-accent) 9%, transparent);
  }
`;

export const adminStyles = [controls, pageStyles, frame, rows, messages, forms];
