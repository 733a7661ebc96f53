/**
 * The package for pages that must not fetch: the module comes inside JavaScript.
 *
 * JavaScript, because it is what loads the module.
 */
import { copy } from './load.js';
import compile from './trunkline_bg.inline.js';

Object.assign(copy, { compile, isFirst: true });

export * from './slim.js';
export { default } from './slim.js';
