// Registers `<bellhop-bell>`, `<bellhop-watch>` and their parts; `<bellhop-preferences>` when a page has one, or somebody
// opens it. Harmless when a page loads it twice, in two versions even.
import { BellhopBell } from './bell';
import { define } from './define';
import { BellhopList } from './inbox_list';
import { BellhopItem } from './item';
import { BellhopStatus } from './status';
import { BellhopWatch } from './watch';
import { registerWords } from './words';

define('bellhop-item', BellhopItem);
define('bellhop-status', BellhopStatus);
define('bellhop-list', BellhopList);
define('bellhop-bell', BellhopBell);
define('bellhop-watch', BellhopWatch);

/** A page of its own for the preferences: they are loaded only where somebody wants them. */
if (globalThis.document?.querySelector('bellhop-preferences')) void import('./preferences.define');

declare global {
  interface HTMLElementTagNameMap {
    'bellhop-bell': BellhopBell;
    'bellhop-item': BellhopItem;
    'bellhop-list': BellhopList;
    'bellhop-status': BellhopStatus;
    'bellhop-watch': BellhopWatch;
  }
}

export { BellhopBell, BellhopWatch, registerWords };
