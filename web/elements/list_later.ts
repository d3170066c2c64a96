// What only an open list needs, and not to be drawn: loaded beside the bell when it is opened.
import { renderHelp } from './help';
import { Steady } from './steady';
import { Whys } from './whys';

export class ListLater {
  readonly whys = new Whys();
  readonly renderHelp = renderHelp;
  readonly steady: Steady;

  constructor(scroller: HTMLElement) {
    this.steady = new Steady(scroller);
  }
}
