// How the list of keys looks.
import { css } from 'lit';

export const helpStyles = css`
  .help {
    flex: none;
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 4px 18px;
    margin: 0;
    padding: 12px 18px;
    border-top: 1px solid var(--bellhop-line);
    background: var(--bellhop-raised);
    font-size: 12.5px;
  }
  .help div {
    display: flex;
    gap: 8px;
    align-items: baseline;
  }
  .help dt {
    flex: none;
    min-width: 44px;
  }
  .help dd {
    margin: 0;
  }
  kbd {
    display: inline-block;
    min-width: 20px;
    margin-inline-end: 3px;
    padding: 0 5px;
    border-radius: 5px;
    font: inherit;
    font-size: 11.5px;
    text-align: center;
    background: var(--bellhop-surface);
    box-shadow: 0 0 0 1px var(--bellhop-line);
  }
`;
