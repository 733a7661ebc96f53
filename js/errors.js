/**
 * The failures that apps see. Types and documentation: `src/api/types/errors.ts`.
 *
 * JavaScript, because Rust cannot make subclasses of `Error`, without which `instanceof`, `stack` and
 * `cause` do not work.
 */

export class VideoError extends Error {
  /**
   * @param {string} message what was tried and what went wrong
   * @param {object} fields the properties; those that are `undefined` are left out
   */
  constructor(message, fields) {
    super(message);
    for (const key in fields) {
      if (fields[key] !== undefined) this[key] = fields[key];
    }
  }

  // On the prototype, as bundlers rename classes.
  get name() {
    return 'VideoError';
  }
}

export class ErrorFromResponse extends VideoError {
  get name() {
    return 'ErrorFromResponse';
  }
}

export class SfuJoinError extends VideoError {
  get name() {
    return 'SfuJoinError';
  }
}

export class SfuTimeoutError extends VideoError {
  get name() {
    return 'SfuTimeoutError';
  }
}

export class DeviceError extends VideoError {
  get name() {
    return 'DeviceError';
  }
}

export class JoinAbortedError extends VideoError {
  // What the platform calls an operation that was given up; apps already test for it.
  get name() {
    return 'AbortError';
  }
}

export class IllegalStateError extends VideoError {
  get name() {
    return 'IllegalStateError';
  }
}

export class NotInitializedError extends VideoError {
  /** @param {string} what the name of what was used too early */
  constructor(what) {
    super(`${what} was used before trunkline was ready.`, {
      code: 'not-initialized',
      category: 'state',
      hint: 'Await init() once before, or use Client.connect(), which does it.',
      retryable: true,
      unrecoverable: false,
      attempts: Object.freeze([]),
    });
  }

  get name() {
    return 'NotInitializedError';
  }
}

/**
 * Makes the error for a failure of the core.
 *
 * @param {string} kind name of the class
 */
export function makeError(kind, message, fields) {
  Object.freeze(fields.attempts);
  return new (CLASSES[kind] ?? VideoError)(message, fields);
}

/** The failure for an argument of a wrong type or form. */
export function invalidArgument(message) {
  return new VideoError(message, {
    code: 'invalid-argument',
    category: 'conflict',
    hint: 'Correct the argument that the message names.',
    retryable: false,
    unrecoverable: true,
    attempts: Object.freeze([]),
  });
}

const CLASSES = {
  VideoError,
  ErrorFromResponse,
  SfuJoinError,
  SfuTimeoutError,
  DeviceError,
  JoinAbortedError,
  IllegalStateError,
};
