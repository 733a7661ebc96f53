export * from './types/index.js';

/** What the module can be loaded from. */
export type InitSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the WebAssembly module. Needed once before any class is used, unless the app starts with
 * `Client.connect()`. Later calls return the same promise; after a failure, which is a `VideoError`
 * that says what to do, they try again.
 *
 * @param source where the module is; by default the file inside this package
 */
export function init(source?: InitSource | Promise<InitSource>): Promise<void>;

/** The same at once, for tests and workers that hold the bytes already. */
export function initSync(module: BufferSource | WebAssembly.Module): void;

export default init;
