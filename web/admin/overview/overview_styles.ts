// Tiles of the present, cards of the day.
import { css } from 'lit';

export const overviewStyles = css`
  .tiles,
  .two {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(230px, 100%), 1fr));
    gap: 14px;
  }
  .two {
    grid-template-columns: repeat(auto-fit, minmax(min(380px, 100%), 1fr));
  }
  .tiles .card,
  .two .card {
    margin: 0;
  }
  .tile {
    display: grid;
    gap: 8px;
    align-content: start;
  }
  .tile h2 {
    font-size: 13.5px;
    font-weight: 620;
    color: var(--bellhop-muted);
  }
  .value,
  .times dd {
    font-size: 26px;
    font-weight: 680;
    letter-spacing: -0.02em;
    line-height: 1.2;
    font-variant-numeric: tabular-nums;
  }
  .times {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 28px;
    margin: 0;
  }
  .times dt {
    font-size: 12.5px;
    color: var(--bellhop-muted);
  }
  .times dd {
    margin: 0;
  }
  .facts {
    margin-top: 12px;
  }
  .bad {
    color: var(--bellhop-red);
  }
  .fresh {
    display: flex;
    align-items: center;
    gap: 7px;
    font-size: 13.5px;
    color: var(--bellhop-muted);
  }
  .dot {
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--bellhop-green);
  }
  .lost .trouble {
    margin-bottom: 4px;
  }
  .lost {
    margin-bottom: 16px;
  }
  .two h2 {
    margin-bottom: 4px;
  }
  .columns {
    margin-top: 12px;
  }
  .axis {
    display: flex;
    justify-content: space-between;
    margin-top: 4px;
    font-size: 12.5px;
    color: var(--bellhop-muted);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 18px;
    margin: 10px 0 0;
    padding: 0;
    list-style: none;
    font-size: 13.5px;
    color: var(--bellhop-muted);
  }
  .swatch {
    display: inline-block;
    width: 10px;
    height: 10px;
    margin-inline-end: 6px;
    border-radius: 3px;
    background: var(--bellhop-gray);
  }
  .swatch.gray {
    background: color-mix(in srgb, var(--bellhop-gray) 55%, var(--bellhop-surface));
  }
  .swatch.green {
    background: var(--bellhop-green);
  }
  .swatch.red {
    background: var(--bellhop-red);
  }
  .swatch.blue {
    background: var(--bellhop-blue);
  }
  .list {
    margin: 6px 0 0;
    padding: 0;
    list-style: none;
  }
  .list li {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 14px;
    align-items: center;
    padding: 8px 0;
    font-variant-numeric: tabular-nums;
  }
  .list li + li {
    border-top: 1px solid var(--bellhop-line);
  }
  .list a {
    min-width: 92px;
  }
`;
