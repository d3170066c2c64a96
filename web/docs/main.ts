// Entry of `/docs`.
import { define } from '../elements/define';
import { BellhopDocs } from './docs';
import { DocsEndpoint } from './endpoint';
import { DocsTry } from './try';

define('docs-try', DocsTry);
define('docs-endpoint', DocsEndpoint);
define('bellhop-docs', BellhopDocs);
