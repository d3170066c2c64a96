// How the question about desktop notifications looks.
import { css } from 'lit';

export const consentStyles = css`
  .question {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 8px 14px;
  }
  .question p {
    margin: 0;
    font-size: 14px;
    font-weight: 550;
  }
  .answers {
    display: flex;
    gap: 6px;
  }
  .answer {
    min-height: 34px;
    padding: 4px 14px;
    border-radius: 9px;
    font-size: 13px;
    font-weight: 600;
    color: var(--bellhop-muted);
  }
  .answer:hover {
    background: var(--bellhop-hover);
  }
  .allow,
  .allow:hover {
    color: var(--bellhop-on-accent);
    background: var(--bellhop-accent);
  }
  @media (hover: none), (max-width: 480px) {
    .answer {
      min-height: 44px;
    }
  }
`;
