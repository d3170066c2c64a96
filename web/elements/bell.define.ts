// Registers `<bellhop-bell>` and its parts. Harmless when a page loads it twice, in two versions even.
import { BellhopBell } from './bell';
import { define } from './define';
import { BellhopItem } from './item';
import { BellhopStatus } from './status';

define('bellhop-item', BellhopItem);
define('bellhop-status', BellhopStatus);
define('bellhop-bell', BellhopBell);

declare global {
  interface HTMLElementTagNameMap {
    'bellhop-bell': BellhopBell;
    'bellhop-item': BellhopItem;
    'bellhop-status': BellhopStatus;
  }
}

export { BellhopBell };
