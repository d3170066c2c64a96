// `make bench-web`: how the bell feels, as Markdown. Figures are printed and never asserted: they are this machine's.
//   npm run bench -- [PART…]     paint, shift, tabs, scroll, memory
import { cpus } from 'node:os';
import { basename, dirname } from 'node:path';
import { Browsers } from '../e2e/harness/browser';
import { table, type Figure } from './figures';
import { memory } from './memory';
import { paint } from './paint';
import { scroll } from './scroll';
import { shift } from './shift';
import { tabs } from './tabs';

const PARTS: Record<string, (browsers: Browsers) => Promise<Figure[]>> = {
  paint,
  shift,
  tabs,
  scroll,
  memory,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in PARTS));
if (unknown.length)
  throw new Error(`there is no ${unknown.join(', ')}; parts are ${Object.keys(PARTS).join(', ')}`);

const browsers = await Browsers.open();
const figures: Figure[] = [];
try {
  for (const [name, measure] of Object.entries(PARTS)) {
    if (wanted.length && !wanted.includes(name)) continue;
    console.error(`measuring ${name}…`);
    figures.push(...(await measure(browsers)));
  }
} finally {
  await browsers.close();
}
const build = basename(dirname(process.env.BELLHOP_BIN ?? '/debug/bellhop'));
console.log(`Chromium ${browsers.version}, ${cpus().length} cores, Bellhop's ${build} build\n`);
console.log(table(figures));
