// Entry of `/notifications`.
import { define } from '../elements/define';
import { BellhopPreferences } from '../elements/preferences';
import { BellhopPushSwitch } from '../elements/push_switch';
import { BellhopStatus } from '../elements/status';
import { BellhopThisBrowser } from '../elements/this_browser';
import { BellhopSignIn } from '../home/sign_in';
import { BellhopDetails } from './details';
import { BellhopNotifications } from './page';
import { BellhopRow } from './row';

define('bellhop-push-switch', BellhopPushSwitch);
define('bellhop-status', BellhopStatus);
define('bellhop-this-browser', BellhopThisBrowser);
define('bellhop-preferences', BellhopPreferences);
define('bellhop-sign-in', BellhopSignIn);
define('bellhop-row', BellhopRow);
define('bellhop-details', BellhopDetails);
define('bellhop-notifications', BellhopNotifications);
