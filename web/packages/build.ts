// Builds and packs `@bellhop/client` and `@bellhop/elements` into `dist-packages/`, and looks whether what was packed can be
// used: the names are there, the types are, and a TypeScript program that uses them compiles.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const WEB = resolve(import.meta.dirname, '..');
const OUT = join(WEB, 'dist-packages');
const PACKAGES = ['client', 'elements'] as const;

function run(program: string, args: string[], cwd = WEB): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function pack(name: (typeof PACKAGES)[number]): string {
  run('npx', ['vite', 'build', '--config', 'vite.packages.config.ts', '--mode', name, '--logLevel', 'warn']);
  const folder = join(OUT, name);
  for (const file of ['package.json', 'README.md'])
    cpSync(join(WEB, 'packages', name, file), join(folder, file));
  for (const license of ['LICENSE-MIT', 'LICENSE-APACHE'])
    cpSync(join(WEB, '..', license), join(folder, license));
  cpSync(join(OUT, 'types'), join(folder, 'types'), { recursive: true });
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', OUT], folder)) as {
    filename: string;
    size: number;
    files: { path: string }[];
  }[];
  const paths = new Set(packed!.files.map(({ path }) => path));
  for (const needed of ['index.js', 'README.md', `types/${name}/index.d.ts`])
    if (!paths.has(needed)) throw new Error(`@bellhop/${name}: ${needed} was not packed`);
  console.log(`@bellhop/${name}: ${packed!.filename}, ${Math.round(packed!.size / 1024)} kB`);
  return join(OUT, packed!.filename);
}

/** A program of somebody else's, with nothing but the packed files. */
function tryOut(archives: string[]): void {
  const folder = join(OUT, 'user');
  for (const [index, archive] of archives.entries()) {
    const place = join(folder, 'node_modules/@bellhop', PACKAGES[index]!);
    mkdirSync(place, { recursive: true });
    run('tar', ['-xzf', archive, '-C', place, '--strip-components=1']);
  }
  writeFileSync(
    join(folder, 'user.ts'),
    `import { BellhopClient, type Notification } from '@bellhop/client';
import { registerWords, type BellhopBell } from '@bellhop/elements';
const client = new BellhopClient({ server: 'https://bell.example.com', token: 't' });
const first: Notification | undefined = client.notifications[0];
if (first) client.read([first.id])();
export const unread: number = client.counts.unread;
export const bell: BellhopBell | null = null;
registerWords('fr', () => Promise.resolve({ default: { Undo: 'Annuler' } }));
// @ts-expect-error: ids are texts
client.read([1]);
`,
  );
  const options = [
    '--noEmit',
    '--strict',
    '--target',
    'es2022',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
  ];
  run('npx', ['tsc', ...options, '--skipLibCheck', '--experimentalDecorators', join(folder, 'user.ts')]);
  const said = run(
    'node',
    ['--input-type=module', '-e', "console.log(typeof (await import('@bellhop/client')).BellhopClient)"],
    folder,
  );
  if (said.trim() !== 'function') throw new Error(`@bellhop/client does not export its client: ${said}`);
}

if (existsSync(OUT)) rmSync(OUT, { recursive: true });
run('npx', ['tsc', '-p', 'tsconfig.packages.json']);
tryOut(PACKAGES.map(pack));
