/**
 * Reads what apps give, at the moment of the call: later changes to an object do not matter, and
 * what is wrong is named.
 */
import { JoinAbortedError, invalidArgument } from './errors.js';

/** Runs `run`; what it throws rejects, as methods that return a promise never throw. */
export function promised(run) {
  try {
    return run();
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * A deep copy of an object as JSON has it: `Date`s become text, `undefined` is left out.
 *
 * @param {string} what names the object in the error
 * @returns {object | undefined} `undefined` for an absent one
 */
export function copyObject(value, what) {
  if (isAbsent(value)) return undefined;
  checkObject(value, what);
  let copy;
  try {
    copy = JSON.parse(JSON.stringify(value));
  } catch (cause) {
    throw invalidArgument(`${what}: the object cannot be written as JSON`, cause);
  }
  // `toJSON` of an object can give anything.
  checkObject(copy, what);
  return copy;
}

export function checkObject(value, what) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidArgument(`${what}: not an object`);
  }
}

/**
 * The field `key` of an object, which must be of a type of `typeof` if it is there.
 *
 * @returns `undefined` when it or the object is absent
 */
export function readField(object, key, type, what) {
  const value = isAbsent(object) ? undefined : object[key];
  if (isAbsent(value)) return undefined;
  if (typeof value !== type) throw invalidArgument(`${what}.${key} is not a ${type}`);
  return value;
}

/** The field `key` of an object, which must be a whole number of at least 1 if it is there. */
export function readCount(object, key, what) {
  const value = readField(object, key, 'number', what);
  if (value !== undefined && !(Number.isInteger(value) && value >= 1 && value < 2 ** 32)) {
    throw invalidArgument(`${what}.${key} is not a whole number of at least 1`);
  }
  return value;
}

/**
 * Runs `run`, whose promise is rejected when the signal in `options` says so.
 *
 * @param onAbort gives up what `run` has begun
 */
export function abortable(options, what, run, onAbort = () => {}) {
  const signal = readField(options, 'signal', 'object', what);
  if (!signal) return run();

  const abortion = () =>
    new JoinAbortedError(`${what} was aborted`, {
      code: 'aborted',
      category: 'abort',
      hint: 'Nothing to do if the app aborted it on purpose; otherwise call it again.',
      retryable: true,
      unrecoverable: false,
      attempts: Object.freeze([]),
      cause: signal.reason,
    });
  if (signal.aborted) return Promise.reject(abortion());
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(abortion());
      onAbort();
    };
    signal.addEventListener('abort', abort, { once: true });
    const settle = (done) => (value) => {
      signal.removeEventListener('abort', abort);
      done(value);
    };
    run().then(settle(resolve), settle(reject));
  });
}

/** A function that runs `run` the first time it is called. */
export function once(run) {
  let open = true;
  return () => {
    if (open) run();
    open = false;
  };
}

function isAbsent(value) {
  return value === undefined || value === null;
}
