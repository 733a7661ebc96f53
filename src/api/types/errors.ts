/** What a failure is about. */
export type ErrorCategory =
  /** User, token, key. */
  | 'auth'
  /** Not allowed to this user. */
  | 'permission'
  /** No such call or user. */
  | 'not-found'
  /** Bad input, or it clashes with what exists. */
  | 'conflict'
  /** Too many requests. */
  | 'rate-limit'
  /** No answer, or not in time. */
  | 'network'
  /** The SFU refused or failed. */
  | 'sfu'
  /** Camera, microphone. */
  | 'device'
  /** Not possible in this state. */
  | 'state'
  /** Given up on the app's wish. */
  | 'abort'
  /** A bug, here or on the server. */
  | 'internal';

/** The base of every failure that trunkline reports. */
export class VideoError extends Error {
  /** Not made by apps. */
  protected constructor();
  /** For programs: stable, kebab-case. */
  readonly code: ErrorCode;
  /** What the failure is about. */
  readonly category: ErrorCategory;
  /** Whether the same thing again, unchanged, can succeed. */
  readonly retryable: boolean;
  /** One sentence that says what to do. */
  readonly hint: string;
  /** The coordinator's or SFU's own number for the failure. */
  readonly serverCode?: number;
  /** HTTP status, when there was an answer. */
  readonly status?: number;
  /** How long the server wants no repeat, in ms, when it says so. */
  readonly retryAfterMs?: number;
  /** `x-client-request-id` of the request, for the server's log. */
  readonly requestId?: string;
  /** The server says that a repeat is in vain. */
  readonly unrecoverable: boolean;
  /** The failure of each attempt, oldest first, when there was more than one. */
  readonly attempts: readonly VideoError[];
  /** What the browser or the app threw. */
  readonly cause?: unknown;
  /** With `media-unreachable`: what audio and video were tried with; see `docs/errors.md`. */
  readonly ice?: IceSummary;
  /** What the coordinator answered, in full, when it did. */
  readonly response?: Record<string, unknown>;
}

/** The coordinator answered with an error. */
export class ErrorFromResponse extends VideoError {
  /** Always the same. */
  readonly name: 'ErrorFromResponse';
  /** HTTP status. */
  readonly status: number;
}

/** The SFU refused the join. */
export class SfuJoinError extends VideoError {
  /** Always the same. */
  readonly name: 'SfuJoinError';
}

/** The SFU did not answer in time. */
export class SfuTimeoutError extends VideoError {
  /** Always the same. */
  readonly name: 'SfuTimeoutError';
}

/** Camera or microphone could not be used. `cause` is the browser's `DOMException`. */
export class DeviceError extends VideoError {
  /** Always the same. */
  readonly name: 'DeviceError';
  /** Which kind of device. */
  readonly kind?: 'camera' | 'microphone' | 'screenShare';
  /** Which one was asked for, if one was. */
  readonly deviceId?: string;
}

/** `leave()` won over `join()`. Its `name` is `AbortError`, as with other aborted operations. */
export class JoinAbortedError extends VideoError {
  /** Always the same. */
  readonly name: 'AbortError';
}

/** The call cannot do that at this time. */
export class IllegalStateError extends VideoError {
  /** Always the same. */
  readonly name: 'IllegalStateError';
}

/** Something was used before `await init()`. Its `code` is `not-initialized`. */
export class NotInitializedError extends VideoError {
  /** Always the same. */
  readonly name: 'NotInitializedError';
  /** Always the same. */
  readonly code: 'not-initialized';
}
