// How a list of notifications looks, or what stands in its place: in the bell's panel and on the notifications page.
import { css } from 'lit';

export const listStyles = css`
  .list {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .list li + li {
    border-top: 1px solid var(--bellhop-line);
  }
  .state {
    display: grid;
    justify-items: center;
    gap: 4px;
    padding: 48px 24px;
    text-align: center;
    color: var(--bellhop-muted);
  }
  .state strong {
    font-size: 15px;
    color: var(--bellhop-text);
  }
  .state-icon {
    display: grid;
    place-items: center;
    width: 52px;
    height: 52px;
    margin-bottom: 8px;
    border-radius: 50%;
    font-size: 26px;
    color: var(--bellhop-accent);
    background: var(--bellhop-unread);
  }
  .bone {
    display: flex;
    gap: 12px;
    padding: 16px 18px;
  }
  .bone i,
  .bone b {
    background: var(--bellhop-line);
    animation: breathe 1.4s ease-in-out infinite alternate;
  }
  .bone i {
    width: 36px;
    height: 36px;
    border-radius: 50%;
  }
  .bone b {
    flex: 1;
    height: 14px;
    margin-top: 11px;
    border-radius: 7px;
  }
  @keyframes breathe {
    to {
      opacity: 0.4;
    }
  }
  .older {
    display: block;
    width: 100%;
    min-height: 44px;
    border-top: 1px solid var(--bellhop-line);
    color: var(--bellhop-accent);
    font-weight: 550;
  }
  .older:hover:not(:disabled) {
    background: var(--bellhop-hover);
  }
  .notice {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
    margin: 8px;
    padding: 6px 6px 6px 14px;
    min-height: 44px;
    border-radius: 10px;
    color: var(--bellhop-surface);
    background: var(--bellhop-text);
    overflow-wrap: anywhere;
  }
  .undo {
    padding: 6px 12px;
    border-radius: 7px;
    font-weight: 600;
  }
  .undo:hover {
    background: color-mix(in srgb, var(--bellhop-surface) 18%, transparent);
  }
  .gear {
    display: grid;
    place-items: center;
    width: 36px;
    height: 36px;
    border-radius: 50%;
    font-size: 20px;
    color: var(--bellhop-muted);
  }
  .gear:hover {
    color: var(--bellhop-text);
    background: var(--bellhop-hover);
  }
  @media (hover: none), (max-width: 480px) {
    .gear {
      width: 44px;
      height: 44px;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
    }
  }
`;
