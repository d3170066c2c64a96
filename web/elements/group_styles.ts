// How preferences look that belong together: chips, disclosures, the table of emails, the days of quiet hours.
import { css } from 'lit';

export const groupStyles = css`
  .choices,
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .chips {
    padding: 2px 18px 8px;
  }
  .choice,
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 36px;
    padding: 4px 12px;
    border: 1px solid var(--bellhop-line);
    border-radius: 18px;
    font-size: 13.5px;
    cursor: pointer;
  }
  .choice:hover,
  .chip:hover {
    background: var(--bellhop-hover);
  }
  .choice[aria-pressed='true'],
  .chip:has(:checked) {
    border-color: var(--bellhop-accent);
    color: var(--bellhop-accent);
    background: var(--bellhop-unread);
    font-weight: 570;
  }
  .chip input,
  .box input {
    min-height: 0;
    width: 17px;
    height: 17px;
    margin: 0;
    accent-color: var(--bellhop-accent);
  }
  .until {
    display: flex;
    align-items: center;
    gap: 10px;
    margin: 10px 0 6px;
    color: var(--bellhop-muted);
  }
  .until input {
    flex: 1;
    color: var(--bellhop-text);
  }
  .more summary {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 44px;
    padding: 0 18px;
    font-weight: 550;
    color: var(--bellhop-accent);
    cursor: pointer;
    list-style: none;
  }
  .more summary::before {
    content: '';
    width: 7px;
    height: 7px;
    border: solid currentColor;
    border-width: 0 1.8px 1.8px 0;
    transform: translateY(-2px) rotate(45deg);
  }
  .more[open] summary::before {
    transform: translateY(2px) rotate(225deg);
  }
  .more summary:hover {
    background: var(--bellhop-hover);
  }
  .more > .text {
    padding: 2px 18px 8px;
  }
  .more b {
    color: var(--bellhop-text);
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th {
    padding: 0;
    font-weight: 500;
    text-align: center;
    font-size: 13.5px;
  }
  thead th {
    width: 76px;
    font-size: 12px;
    color: var(--bellhop-muted);
  }
  thead th:first-child {
    width: auto;
  }
  tbody th {
    padding-inline-start: 18px;
    text-align: start;
  }
  tbody tr {
    border-top: 1px solid var(--bellhop-line);
  }
  td {
    padding: 0;
    text-align: center;
  }
  .box {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 4px;
    min-width: 60px;
    min-height: 40px;
    cursor: pointer;
  }
  .box svg {
    font-size: 14px;
    color: var(--bellhop-amber);
  }
  .week {
    display: flex;
    gap: 8px;
    align-items: center;
    margin: 0;
    font-weight: 550;
  }
  .week svg {
    flex: none;
    font-size: 18px;
    color: var(--bellhop-accent);
  }
  .day {
    padding: 2px 18px 6px;
    border-top: 1px solid var(--bellhop-line);
  }
  .day-head,
  .span {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 44px;
  }
  .grow {
    flex: 1;
  }
  .span .text {
    flex: 1;
  }
  .span:has(.fault) {
    flex-wrap: wrap;
  }
  .span .fault {
    flex-basis: 100%;
  }
  .reset {
    margin-inline-start: -4px;
  }
  .small {
    display: grid;
    place-items: center;
    width: 36px;
    height: 36px;
    border-radius: 9px;
    font-size: 18px;
    color: var(--bellhop-muted);
  }
  .small:hover {
    color: var(--bellhop-text);
    background: var(--bellhop-hover);
  }
  input[type='time'] {
    flex: none;
    padding-inline: 8px;
  }
  /* Two times, a word and a button in one line: a tap on the field opens the clock as well. */
  @media (max-width: 480px) {
    input[type='time']::-webkit-calendar-picker-indicator {
      display: none;
    }
  }
  .reached ul {
    display: grid;
    gap: 6px;
    margin: 12px 0 4px;
    padding: 0;
    list-style: none;
  }
  .reached li {
    display: flex;
    gap: 8px;
  }
  .mark {
    flex: none;
    display: grid;
    place-items: center;
    width: 20px;
    height: 20px;
    border-radius: 50%;
    font-size: 14px;
    color: var(--tone);
    background: color-mix(in srgb, var(--tone) 14%, transparent);
  }
  .mark.reached {
    --tone: var(--bellhop-green);
  }
  .mark.later {
    --tone: var(--bellhop-amber);
  }
  .mark.not {
    --tone: var(--bellhop-gray);
  }
  .send-test {
    margin-top: 8px;
  }
`;
