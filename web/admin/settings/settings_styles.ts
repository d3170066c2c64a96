// The form's parts, and the foot that says what is not saved.
import { css } from 'lit';

export const formPageStyles = css`
  :host {
    display: block;
  }
  .parts > .hint {
    max-width: 76ch;
    margin-bottom: 14px;
  }
  .kind {
    display: grid;
    grid-template-columns: minmax(150px, 1.2fr) repeat(3, minmax(120px, 1fr));
    gap: 8px 14px;
    align-items: end;
    padding: 12px 18px;
  }
  .kind strong {
    align-self: center;
  }
  .kind select,
  .entry select {
    max-width: 100%;
  }
  .topic {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 8px;
    align-items: center;
    border-top: 1px solid var(--bellhop-line);
  }
  .topic .entry {
    grid-column: 1 / -1;
  }
  details summary {
    cursor: pointer;
    font-weight: 550;
  }
  details .numbers {
    margin-top: 10px;
  }
  .foot {
    margin-top: 18px;
  }
  .foot.has-changes {
    position: sticky;
    bottom: 0;
    z-index: 5;
    display: flex;
    flex-wrap: wrap;
    gap: 10px 18px;
    align-items: center;
    padding: 12px 18px;
    background: var(--bellhop-surface);
    border: 1px solid var(--bellhop-line);
    border-radius: var(--bellhop-radius) var(--bellhop-radius) 0 0;
    box-shadow: 0 -8px 24px rgb(20 24 40 / 10%);
  }
  .foot .trouble {
    flex: 1 1 100%;
    max-height: 40vh;
    overflow: auto;
    margin: 0;
  }
  .changes {
    flex: 1 1 260px;
  }
  .changes ul {
    max-height: 30vh;
    margin: 8px 0 0;
    padding-inline-start: 18px;
    overflow: auto;
    overflow-wrap: anywhere;
  }
  .conflict li {
    margin: 6px 0;
  }
  @media (max-width: 700px) {
    .kind {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
