/**
 * Loads the WebAssembly module.
 */
import { imports, start } from './wasm/trunkline.js';

/** Starts the module from what the app gives, or from inside the package. */
export async function load(source) {
  const given = await source;
  const module = await (given === undefined ? find() : compile(given));
  begin(await WebAssembly.instantiate(module, imports()));
}

/** The same with a module or its bytes, at once. */
export function loadSync(source) {
  const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
  begin(new WebAssembly.Instance(module, imports()));
}

let hasBegun = false;

/** Starts the first instance; another one would know nothing of the objects that are there. */
function begin(instance) {
  if (!hasBegun) start(instance);
  hasBegun = true;
}

/** The module from beside this file, or the copy inside the package. */
async function find() {
  // Node has no fetch for files; bundles for servers lose the file's place.
  if (typeof process === 'object' && process.versions?.node) return inlineCopy();
  try {
    return await compile(new URL('./wasm/trunkline_bg.wasm', import.meta.url));
  } catch {
    // A bundler moved this file and left the module behind.
    return inlineCopy();
  }
}

async function inlineCopy() {
  return (await import('./wasm/inline.js')).default();
}

/** @param {import('./index.js').InitSource} source */
async function compile(source) {
  if (source instanceof WebAssembly.Module) return source;
  const isPlace = [Request, URL].some((Class) => source instanceof Class);
  const from = isPlace || typeof source === 'string' ? await fetch(source) : source;
  if (!(from instanceof Response)) return WebAssembly.compile(from);

  if (!from.ok) throw new Error(`the module could not be fetched: status ${from.status}`);
  // Browsers compile while they load only what a server calls by its name.
  const isNamed = from.headers.get('content-type')?.startsWith('application/wasm');
  return isNamed
    ? WebAssembly.compileStreaming(from)
    : WebAssembly.compile(await from.arrayBuffer());
}
