/**
 * All that the WebAssembly module and apps import of our JavaScript.
 *
 * JavaScript, and one file, because of the tests in a browser: the glue loads what Rust names at once,
 * and the web server of wasm-bindgen's test runner forgets connections when more than four come
 * together (see `tests/web/connections.rs`).
 */
export { loadDiagnostics, summarise } from './chunks.js';
export * from './comparators.js';
export { Elements } from './elements/elements.js';
export { makeIncomingVideoSettings } from './elements/incoming-video.js';
export { Viewport } from './elements/viewport.js';
export * from './enums.js';
export * from './errors.js';
export { callIsolated, Listeners } from './listeners.js';
export { Observables } from './observables.js';
export * from './participants.js';
export { Parts } from './parts.js';
export { copyParticipant, ShownPeople } from './shown-people.js';
