// Instances of the SDK whose imports throw when they are told to. What they import is what the module's
// own import object has; each part of a scenario calls some of it.

import { Over, Run, describe } from './throwing-run.js';
import { parts } from './throwing-parts.js';
import { time } from './throwing-time.js';

/**
 * @typedef {object} Setting what parts run in
 * @property {string} apiKey
 * @property {string} baseURL
 * @property {string} token of `userId`
 * @property {string} userId
 * @property {string} callId of a call in which somebody sends camera, microphone and screen
 *
 * @typedef {object} Import something that the module calls
 * @property {string} key as the module has it
 * @property {string} name the same without what makes it unique
 * @property {string} does the glue's code, on one line
 * @property {boolean} isCaught whether the glue gives what is thrown to Rust
 *
 * @typedef {object} Outcome
 * @property {string[]} problems what should not have happened
 * @property {boolean} hasThrown whether the import was called, and threw
 * @property {Record<string, number>} calls how often each import was called by the part
 * @property {Import[]} list all of them
 * @property {number} took ms of the part
 *
 * @typedef {object} Attempt
 * @property {string} part of the scenario
 * @property {string} [key] of the import that throws; nothing throws without
 * @property {number} [turn] at which call of it, from 1
 * @property {number} [value] which of the values it throws
 */

const compiled = WebAssembly.compileStreaming(fetch('/pkg/trunkline_bg.wasm'));
const { instantiate } = WebAssembly;

/** What may be thrown. Only the first is an `Error`. */
const THROWN = [
  () => new DOMException('thrown on purpose', 'InvalidStateError'),
  () => 'thrown on purpose',
  () => Object.freeze(Object.create(null)),
  () => undefined,
];

/** The imports of an instance. The one that is armed throws once. */
class Imports {
  /** @type {Import[]} */
  list = [];
  /** How often each was called. @type {Record<string, number>} */
  calls = {};
  /** @type {{ key: string, turn: number, value: unknown } | undefined} */
  armed;
  hasThrown = false;

  /**
   * @param {WebAssembly.Module} module
   * @param {any} object what it imports from
   */
  wrap(module, object) {
    /** @type {any} */
    const wrapped = {};
    for (const { module: place, name, kind } of WebAssembly.Module.imports(module)) {
      if (kind !== 'function') throw new Error(`${name} is a ${kind}`);
      (wrapped[place] ??= {})[name] = this.#wrapOne(name, object[place][name]);
    }
    return wrapped;
  }

  /**
   * @param {string} name
   * @param {Function} run
   */
  #wrapOne(name, run) {
    const text = String(run).replaceAll(/\s+/g, ' ');
    const isCaught = text.includes('return handleError(function');
    this.list.push({
      name: name.replace(/_[0-9a-f]{16}$/, ''),
      does: body(text),
      isCaught,
      key: name,
    });
    const calls = /\barg0\.call\(/.test(text);
    return (/** @type {unknown[]} */ ...args) => {
      // What settles a promise is the browser's, and throws nothing.
      if (calls && isSettling(args[0])) return run(...args);
      const turn = (this.calls[name] = (this.calls[name] ?? 0) + 1);
      if (this.armed?.key !== name || this.armed.turn !== turn) return run(...args);
      this.hasThrown = true;
      if (!isCaught) throw this.armed.value;
      return throwInside(() => run(...args), this.armed.value);
    };
  }
}

/** Whether a function is one of the two that a promise gives to whoever makes it. */
function isSettling(/** @type {unknown} */ called) {
  return (
    typeof called === 'function' &&
    called.name === '' &&
    Function.prototype.toString.call(called) === 'function () { [native code] }'
  );
}

/** What the glue does, without how it passes that on. */
function body(/** @type {string} */ text) {
  return text
    .replace(/^function ?\([^)]*\) \{ (return handleError\(function \([^)]*\) \{ )?/, '')
    .replace(/^(const|let|var) ret = /, '')
    .replace(/; .*$/, '');
}

/**
 * Has the glue's `handleError` catch something in place of what it runs: it runs it by way of `apply`.
 *
 * @param {() => unknown} run
 * @param {unknown} value
 */
function throwInside(run, value) {
  const { apply } = Function.prototype;
  Function.prototype.apply = function () {
    Function.prototype.apply = apply;
    throw value;
  };
  try {
    return run();
  } finally {
    if (Function.prototype.apply !== apply) {
      Function.prototype.apply = apply;
      throw new Error('handleError does not apply what it runs any more');
    }
  }
}

/**
 * Runs a part in an instance of its own.
 *
 * @param {Setting} setting
 * @param {Attempt} attempt
 * @returns {Promise<Outcome>}
 */
async function tryOut(setting, { part, key, turn = 1, value = 0 }) {
  const imports = new Imports();
  const module = await compiled;
  WebAssembly.instantiate = /** @type {any} */ (
    (/** @type {any} */ source, /** @type {any} */ wanted) =>
      instantiate(source, imports.wrap(source, wanted))
  );
  const place = `/pkg/trunkline.js?${crypto.randomUUID()}`;
  const sdk = await import(place);
  if (key) imports.armed = { key, turn, value: THROWN[value]?.() };
  /** @type {string[]} */
  const flown = [];
  const fly = (/** @type {any} */ event) => flown.push(describe(event.error ?? event.reason));
  addEventListener('error', fly);
  addEventListener('unhandledrejection', fly);
  const began = performance.now();
  const run = new Run(sdk, setting, key !== undefined);
  await run.step('init', () => sdk.default({ module_or_path: module }));
  try {
    await parts[part]?.(run);
  } catch (error) {
    if (!(error instanceof Over) || !key) run.problems.push(`the part ends: ${describe(error)}`);
  }
  const took = performance.now() - began;
  imports.armed = undefined;
  const calls = { ...imports.calls };
  await run.goesOn().catch(() => {});
  await new Promise((resolve) => time.after(resolve));
  removeEventListener('error', fly);
  removeEventListener('unhandledrejection', fly);
  const problems = [...run.problems, ...flown.map((error) => `nobody caught ${error}`)];
  return { problems, hasThrown: imports.hasThrown, calls, list: imports.list, took };
}

globalThis.throwing = { tryOut };
