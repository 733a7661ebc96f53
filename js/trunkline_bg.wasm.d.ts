import type { InitSource } from './index.js';

/**
 * What the app's bundler makes of an import of the module: its address, its bytes, or itself. It is to
 * be given to `init()`.
 */
declare const source: InitSource;
export default source;
