// What a bell needs to alert, loaded beside it: it need not wait for that to be drawn.
import { Alerts } from '../client/alerts';
import { BellhopConsent } from './consent';
import { define } from './define';

define('bellhop-consent', BellhopConsent);

export { Alerts };
