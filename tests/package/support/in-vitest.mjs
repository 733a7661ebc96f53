// Loads the package as vitest does in its jsdom environment: in Node's own context, in which
// everything that jsdom has stands in place of what Node has, and the rest of Node is left.
import { JSDOM } from 'jsdom';

const { window } = new JSDOM('', { url: 'http://localhost/' });
const KEPT = new Set(['globalThis', 'process', 'performance', 'queueMicrotask', 'structuredClone']);
for (const name of Object.getOwnPropertyNames(window)) {
  // What the language has is of Node's own context.
  if (KEPT.has(name) || /^(undefined|NaN|Infinity|eval)$/.test(name)) continue;
  if (name in globalThis && !/^(URL|URLSearchParams|Blob|Event|EventTarget|Abort.*)$/.test(name)) {
    continue;
  }
  Object.defineProperty(globalThis, name, {
    value: window[name],
    configurable: true,
    writable: true,
  });
}
const before = new Map(
  Object.getOwnPropertyNames(globalThis).map((name) => [name, globalThis[name]]),
);

const trunkline = await import(process.argv[2]);
await trunkline.init();
const client = new trunkline.Client('key');
const call = client.call('default', 'a');
const replaced = [...before].filter(([name, value]) => !Object.is(globalThis[name], value));
console.log(JSON.stringify({ state: call.state.callingState, replaced: replaced.map(([n]) => n) }));
await client.dispose();
window.close();
