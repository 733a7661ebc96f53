/**
 * Finds and compiles the WebAssembly module.
 *
 * JavaScript, because nothing else runs before the module does.
 */
import './shims.js';
import { VideoError } from './trunkline.js';

const FILE = 'trunkline_bg.wasm';
const SERVE = `Serve ${FILE} of the package and give init() its address; the README says how with each bundler`;

/** The module inside JavaScript, as the entry of the app has it, and whether it is there already. */
export const copy = { compile: undefined, isFirst: false };

/**
 * The module from what the app gives, or from inside the package.
 *
 * @param {import('./index.js').InitSource | undefined} source
 * @returns {Promise<WebAssembly.Module>}
 */
export async function load(source) {
  if (source !== undefined) return compile(source);
  if (copy.isFirst) return copy.compile();
  const bytes = bytesBeside();
  if (bytes) return compile(bytes);
  const place = placeBeside();
  if (!copy.compile) return compile(place ?? lost());
  // There is nothing to look for where the bundle does not say that it took the module along.
  if (!place || isLeftBehind(place)) return copy.compile().catch(() => compile(place ?? lost()));
  return compile(place).catch((error) =>
    copy.compile().catch(() => {
      throw error;
    }),
  );
}

/** Where the module is. Bundles that are no modules do not know their own place. */
function placeBeside() {
  try {
    return new URL('./trunkline_bg.wasm', import.meta.url);
  } catch {
    return undefined;
  }
}

/**
 * Whether a bundler has moved this script and most likely left the module behind: one that takes it
 * along writes another place above, or leaves the name of this script as it was.
 */
function isLeftBehind({ href }) {
  const script = import.meta.url;
  return href === new URL(FILE, script).href && !new URL(script).pathname.endsWith('/load.js');
}

function lost() {
  throw failure(`${FILE} was looked for nowhere, as the bundle does not know its own address`, {
    hint: `${SERVE}.`,
  });
}

/** The same with a module or its bytes, at once. */
export function loadSync(source) {
  try {
    return source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
  } catch (thrown) {
    throw compileError(thrown, 'what initSync() was given');
  }
}

/** The failure of a module that does not fit to the package's JavaScript. */
export function startError(cause) {
  return failure('the WebAssembly module could not be started', {
    code: 'internal',
    category: 'internal',
    hint: `Serve trunkline.js and ${FILE} of the same version, and see that no cache keeps an older one.`,
    cause,
  });
}

/** Node and jsdom have no fetch for files. `undefined` in browsers, and where the file is elsewhere. */
function bytesBeside() {
  const { process } = globalThis;
  if (!process?.versions?.node) return undefined;
  try {
    const { fileURLToPath } = process.getBuiltinModule('node:url');
    const path = fileURLToPath(new URL('./trunkline_bg.wasm', import.meta.url).href);
    return process.getBuiltinModule('node:fs').readFileSync(path);
  } catch {
    // Bundles for servers lose the file's place.
    return undefined;
  }
}

async function compile(source) {
  if (source instanceof WebAssembly.Module) return source;
  const isPlace = typeof source === 'string' || isA('URL', source) || isA('Request', source);
  const from = isPlace ? await fetchFrom(source) : source;
  if (!isA('Response', from)) return compileBytes(from, 'what init() was given');

  const place = from.url || FILE;
  if (!from.ok) {
    throw failure(`${place} could not be fetched: status ${from.status}`, {
      hint: `${SERVE}. Or import trunkline/inline.`,
      status: from.status,
    });
  }
  const type = from.headers.get('content-type') ?? '';
  if (type.startsWith('text/html')) {
    throw failure(`${place} is a page, not the WebAssembly module`, {
      hint: `The server answers unknown addresses with a page. ${SERVE}.`,
      status: from.status,
    });
  }
  // Browsers compile while they load only what a server calls by its name.
  if (!type.startsWith('application/wasm')) return compileBytes(await from.arrayBuffer(), place);
  return WebAssembly.compileStreaming(from).catch((thrown) => {
    throw compileError(thrown, place);
  });
}

async function fetchFrom(place) {
  try {
    return await fetch(place);
  } catch (cause) {
    throw failure(`${place.url ?? place} could not be fetched`, {
      hint: 'Check the connection, CORS, and whether connect-src of the Content-Security-Policy allows the address.',
      cause,
    });
  }
}

async function compileBytes(bytes, what) {
  try {
    return await WebAssembly.compile(bytes);
  } catch (thrown) {
    throw compileError(thrown, what);
  }
}

function compileError(cause, what) {
  const isForbidden = /content.security|unsafe-eval|blocked by csp/i.test(String(cause));
  return failure(`${what} could not be compiled: ${cause}`, {
    hint: isForbidden
      ? "Add 'wasm-unsafe-eval' to script-src of the page's Content-Security-Policy."
      : `That is not ${FILE} of the package, or it came in part.`,
    cause,
  });
}

function failure(message, fields) {
  return new VideoError(message, {
    code: 'module-not-loaded',
    category: 'network',
    retryable: true,
    unrecoverable: false,
    attempts: Object.freeze([]),
    ...fields,
  });
}

/** `instanceof` for classes of the page that test environments may lack. */
function isA(name, value) {
  return typeof globalThis[name] === 'function' && value instanceof globalThis[name];
}
