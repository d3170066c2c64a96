// Draws what `perf script` tells as a flame graph: threads at the bottom, callers below callees, as wide as the share of
// the samples. One picture without a script in it, for a repository or a browser.
//   perf script -F comm,ip,sym,dso | node scripts/flame.mjs TITLE > flame.svg
import { createInterface } from 'node:readline';

const WIDTH = 1600;
const ROW = 16;
const TOP = 44;
/** What is narrower, in px, is left out: it could not be read, and makes most of the file. */
const NARROWEST = 0.8;
const CHARACTER = 6.2;

const node = (name, isKernel = false) => ({ name, isKernel, samples: 0, children: new Map() });
const root = node('all');

/** Worker threads of a pool are one, and so are versions of a generic function. */
const threadOf = (comm) => comm.replace(/[-:]?\d+$/, '');
const symbolOf = (symbol) =>
  symbol
    .replace(/\+0x[0-9a-f]+$/, '')
    .replace(/ \(inlined\)$/, '')
    .replace(/::h[0-9a-f]{16}$/, '')
    .replace(/<impl ([^>]*)>/g, '$1')
    .replace(/\.(isra|part|constprop|cold|llvm)\.?\d*/g, '')
    .replace(/^_ZN|\{\{closure\}\}::(?=\{\{closure\}\})/g, '');

function add({ thread, frames }) {
  let at = root;
  at.samples += 1;
  for (const { name, isKernel } of [{ name: thread, isKernel: false }, ...frames.reverse()]) {
    if (!at.children.has(name)) at.children.set(name, node(name, isKernel));
    at = at.children.get(name);
    at.samples += 1;
  }
}

let sample = null;
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') {
    if (sample?.frames.length) add(sample);
    sample = null;
  } else if (sample === null) {
    sample = { thread: threadOf(line.trim()), frames: [] };
  } else {
    const [, symbol, dso] = /^\s*[0-9a-f]+ (.*) \((.*)\)$/.exec(line) ?? [];
    const isKernel = dso?.startsWith('[kernel') ?? false;
    if (symbol) sample.frames.push({ name: symbol === '[unknown]' ? dso : symbolOf(symbol), isKernel });
  }
}
if (sample?.frames.length) add(sample);
if (root.samples === 0) throw new Error('perf told of no samples');

const escape = (text) =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const depthOf = ({ samples, children }) =>
  (samples / root.samples) * WIDTH < NARROWEST ? 0 : 1 + Math.max(0, ...[...children.values()].map(depthOf));
/** The same name always has the same colour; the kernel is blue. */
function colourOf({ name, isKernel }) {
  let hash = 7;
  for (const character of name) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return isKernel ? `hsl(${200 + (hash % 25)},55%,${68 + (hash % 10)}%)` : `hsl(${15 + (hash % 40)},80%,${62 + (hash % 12)}%)`;
}

const height = TOP + depthOf(root) * ROW + 8;
const drawn = [];
function draw(at, x, depth) {
  const width = (at.samples / root.samples) * WIDTH;
  if (width < NARROWEST) return;
  const y = height - 8 - (depth + 1) * ROW;
  const share = `${((at.samples / root.samples) * 100).toFixed(1)} %`;
  const room = Math.floor((width - 4) / CHARACTER);
  const short = at.name.length <= room ? at.name : room > 4 ? `…${at.name.slice(1 - room)}` : '';
  const label = short && `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escape(short)}</text>`;
  drawn.push(
    `<g><title>${escape(at.name)}: ${share}</title><rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 1}" fill="${colourOf(at)}"/>${label}</g>`,
  );
  let left = x;
  for (const child of [...at.children.values()].sort((a, b) => b.samples - a.samples)) {
    draw(child, left, depth + 1);
    left += (child.samples / root.samples) * WIDTH;
  }
}
draw(root, 0, 0);

console.log(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10">` +
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>` +
    `<text x="8" y="18" font-size="14">${escape(process.argv[2] ?? 'Flame graph')}</text>` +
    `<text x="8" y="34">${root.samples} samples; blue is the kernel; what is narrower than ${((NARROWEST / WIDTH) * 100).toFixed(2)} % is left out</text>` +
    `${drawn.join('\n')}</svg>`,
);
