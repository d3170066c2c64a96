// How one endpoint looks.
import { css } from 'lit';

export const endpointStyles = css`
  :host {
    min-height: 0;
    background: none;
    font-size: 14.5px;
    scroll-margin-top: 76px;
  }
  summary {
    cursor: pointer;
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  :host > details {
    border: 1px solid var(--bellhop-line);
    border-radius: 11px;
    background: var(--bellhop-surface);
  }
  :host > details > summary {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 4px 12px;
    padding: 11px 16px;
    border-radius: 11px;
  }
  :host > details > summary:hover {
    background: var(--bellhop-hover);
  }
  .method {
    --tint: var(--bellhop-gray);
    width: 58px;
    padding: 2px 0;
    border-radius: 6px;
    font-size: 11.5px;
    font-weight: 700;
    text-align: center;
    color: var(--tint);
    background: color-mix(in srgb, var(--tint) 12%, transparent);
  }
  .get {
    --tint: var(--bellhop-blue);
  }
  .post {
    --tint: var(--bellhop-green);
  }
  .put,
  .patch {
    --tint: var(--bellhop-amber);
  }
  .delete {
    --tint: var(--bellhop-red);
  }
  .path {
    font-weight: 600;
    font-size: 14px;
    overflow-wrap: anywhere;
  }
  .summary {
    flex: 1;
    min-width: 160px;
    color: var(--bellhop-muted);
    font-size: 14px;
  }
  .inside {
    display: grid;
    gap: 10px;
    padding: 8px 16px 18px;
    border-top: 1px solid var(--bellhop-line);
  }
  .description {
    display: grid;
    gap: 8px;
    max-width: 76ch;
    padding-top: 6px;
  }
  h3 {
    margin: 10px 0 0;
    font-size: 13.5px;
  }
  em {
    font-style: normal;
    font-weight: 400;
    font-size: 12.5px;
    color: var(--bellhop-muted);
  }
  dl {
    margin: 0;
  }
  dl > div {
    display: grid;
    grid-template-columns: 190px minmax(0, 1fr);
    gap: 4px 12px;
    padding: 7px 0;
    border-top: 1px solid var(--bellhop-line);
  }
  dl > div:first-child {
    border-top: 0;
  }
  dt {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    align-items: baseline;
    align-content: start;
    overflow-wrap: anywhere;
  }
  dd {
    margin: 0;
    min-width: 0;
  }
  .required {
    color: var(--bellhop-amber);
  }
  .type {
    font-size: 13px;
    color: var(--bellhop-muted);
    overflow-wrap: anywhere;
  }
  .schema {
    padding: 6px 12px;
    border-radius: 9px;
    background: var(--bellhop-raised);
  }
  .schema .schema {
    padding: 0;
    background: none;
  }
  .schema > summary {
    font-weight: 570;
    font-size: 13.5px;
  }
  .schema > summary::before {
    content: '▸ ';
    color: var(--bellhop-muted);
  }
  .schema[open] > summary::before {
    content: '▾ ';
  }
  .response {
    display: grid;
    grid-template-columns: 46px minmax(0, 1fr);
    gap: 12px;
  }
  .response > div {
    display: grid;
    gap: 6px;
  }
  .status {
    font-weight: 650;
    font-variant-numeric: tabular-nums;
  }
  .status.good {
    color: var(--bellhop-green);
  }
  .try {
    justify-self: start;
    margin-top: 8px;
  }
  @media (max-width: 600px) {
    dl > div {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
