/** The package for pages that must not fetch: the module comes inside JavaScript. */
import { init as start } from './index.js';
import compile from './wasm/inline.js';

export * from './index.js';
export const init = async (source) => start(source ?? (await compile()));
export default init;
