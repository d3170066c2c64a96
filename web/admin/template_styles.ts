// Editor and preview side by side; one below the other on a phone.
import { css } from 'lit';

export const editorStyles = css`
  .two {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr));
    gap: 16px;
    align-items: start;
  }
  .two > div {
    min-width: 0;
  }
  textarea {
    max-height: 60vh;
  }
  .fields summary {
    cursor: pointer;
    font-weight: 570;
  }
  .fields ul {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(240px, 100%), 1fr));
    gap: 2px 14px;
    margin: 8px 0 0;
    padding: 0;
    list-style: none;
  }
  .fields .link {
    display: block;
    padding: 4px 0 0;
  }
  .preview .line {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 10px;
    margin-bottom: 10px;
  }
  .button[aria-pressed='true'] {
    border-color: var(--bellhop-accent);
    color: var(--bellhop-accent);
  }
  .subject {
    padding: 8px 0;
    font-weight: 650;
    border-bottom: 1px solid var(--bellhop-line);
  }
  iframe {
    display: block;
    width: 100%;
    height: 480px;
    border: 0;
    border-radius: 9px;
    background: #fff;
    color-scheme: light;
  }
  pre {
    max-height: 480px;
    margin: 8px 0;
    padding: 12px 14px;
    overflow: auto;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    border-radius: 9px;
    background: var(--bellhop-raised);
  }
  .old {
    max-height: 240px;
  }
  .test {
    display: flex;
    flex-wrap: wrap;
    gap: 10px;
    align-items: center;
  }
  .test .entry {
    flex: 1 1 220px;
  }
  .test .trouble {
    flex: 1 1 100%;
    margin: 0;
  }
`;
