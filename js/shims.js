/**
 * What the generated glue needs before its first line runs and test environments lack: jest's jsdom
 * takes the text codecs of Node away. Nothing is set where it exists, and nothing in browsers.
 *
 * JavaScript, because it has to run before the WebAssembly module can.
 */
for (const name of ['TextDecoder', 'TextEncoder']) {
  globalThis[name] ??= globalThis.process?.getBuiltinModule?.('node:util')[name];
}
