// Entry of `/mailbox`.
import { define } from '../elements/define';
import { BellhopMailbox } from './page';

define('bellhop-mailbox', BellhopMailbox);
