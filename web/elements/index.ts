// The elements as a package: importing it registers them.
import './preferences.define';

export { BellhopBell, BellhopWatch, registerWords } from './bell.define';
export { BellhopPreferences } from './preferences';
export type { Catalog } from './words';
