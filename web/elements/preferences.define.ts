// Registers `<bellhop-preferences>` and its parts.
import { define } from './define';
import { BellhopPreferences } from './preferences';
import { BellhopThisBrowser } from './this_browser';

define('bellhop-this-browser', BellhopThisBrowser);
define('bellhop-preferences', BellhopPreferences);

declare global {
  interface HTMLElementTagNameMap {
    'bellhop-preferences': BellhopPreferences;
  }
}

export { BellhopPreferences };
