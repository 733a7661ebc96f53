/**
 * The entry of the package for most apps: where a bundler has left the module behind, the copy of it
 * in JavaScript is loaded in its place.
 *
 * JavaScript, because it is what loads the module.
 */
import { copy } from './load.js';

copy.compile ??= async () => (await import('./copy.js')).compile();

export * from './slim.js';
export { default } from './slim.js';
