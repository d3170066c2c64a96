// The cards of sources.
import { css } from 'lit';

export const sourceStyles = css`
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 12px;
    margin-bottom: 12px;
  }
  .top h2 {
    flex: 1 1 200px;
    overflow-wrap: anywhere;
  }
  details {
    margin-top: 12px;
  }
  summary {
    cursor: pointer;
    font-weight: 570;
    color: var(--bellhop-amber);
  }
  .people {
    margin: 8px 0 0;
    padding: 0;
    list-style: none;
  }
  .people li {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 12px;
    align-items: center;
    padding: 8px 0;
    border-top: 1px solid var(--bellhop-line);
  }
  .who {
    flex: 1 1 200px;
    min-width: 0;
  }
  .people input {
    width: 150px;
  }
`;
