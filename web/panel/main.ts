// Entry of `/panel`.
import '../elements/bell.define';
import { define } from '../elements/define';
import { DeskActs } from './acts';
import { BellhopDesk } from './panel';
import { DeskTicketView } from './ticket';

define('desk-ticket', DeskTicketView);
define('desk-acts', DeskActs);
define('bellhop-desk', BellhopDesk);

declare global {
  interface HTMLElementTagNameMap {
    'desk-ticket': DeskTicketView;
  }
}
