// Registers `<bellhop-bell>` and its parts. Harmless when a page loads it twice, in two versions even.
import { BellhopBell } from './bell';
import { define } from './define';
import { BellhopItem } from './item';
import { BellhopPreferences } from './preferences';
import { BellhopStatus } from './status';

define('bellhop-item', BellhopItem);
define('bellhop-status', BellhopStatus);
define('bellhop-preferences', BellhopPreferences);
define('bellhop-bell', BellhopBell);

declare global {
  interface HTMLElementTagNameMap {
    'bellhop-bell': BellhopBell;
    'bellhop-item': BellhopItem;
    'bellhop-preferences': BellhopPreferences;
    'bellhop-status': BellhopStatus;
  }
}

export { BellhopBell, BellhopPreferences };
