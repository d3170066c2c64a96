// What only an open list needs, and not to be drawn: loaded beside the bell when it is opened.
import { renderHelp } from './help';
import { helpStyles } from './help_styles';
import { Steady } from './steady';
import { Whys } from './whys';

export class ListLater {
  readonly whys = new Whys();
  readonly renderHelp = renderHelp;
  readonly steady: Steady;

  constructor(scroller: HTMLElement) {
    this.steady = new Steady(scroller);
    const root = scroller.getRootNode() as ShadowRoot;
    const { styleSheet } = helpStyles;
    if (styleSheet) root.adoptedStyleSheets = [...root.adoptedStyleSheets, styleSheet];
  }
}
