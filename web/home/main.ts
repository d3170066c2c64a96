// Entry of `/`.
import '../elements/bell.define';
import { define } from '../elements/define';
import { BellhopHome } from './home';
import { BellhopSignIn } from './sign_in';

define('bellhop-sign-in', BellhopSignIn);
define('bellhop-home', BellhopHome);
