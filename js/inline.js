/**
 * The package for pages that must not fetch: the module comes inside JavaScript.
 *
 * JavaScript, because it is what loads the module.
 */
import { init as start } from './index.js';
import compile from './trunkline_bg.inline.js';

export * from './index.js';
export const init = async (source) => start(source ?? (await compile()));
export default init;
