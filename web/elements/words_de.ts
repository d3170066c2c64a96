import type { Catalog } from './words';

const words: Catalog = {};
export default words;
