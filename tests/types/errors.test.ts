// Failures are told apart by class, by name and by code.
import {
  type Call,
  DeviceError,
  type ErrorCategory,
  type ErrorCode,
  ErrorFromResponse,
  IllegalStateError,
  JoinAbortedError,
  NotInitializedError,
  SfuJoinError,
  SfuTimeoutError,
  VideoError,
} from 'trunkline';

import { exactly } from './exactly.js';

export async function byClass(call: Call) {
  try {
    await call.join();
  } catch (error) {
    exactly<unknown>()(error);
    if (error instanceof ErrorFromResponse) {
      exactly<number>()(error.status);
      exactly<number | undefined>()(error.serverCode);
    } else if (error instanceof SfuJoinError) {
      exactly<SfuJoinError>()(error);
    } else if (error instanceof SfuTimeoutError) {
      exactly<SfuTimeoutError>()(error);
    } else if (error instanceof DeviceError) {
      exactly<DeviceError>()(error);
    } else if (error instanceof JoinAbortedError) {
      exactly<'AbortError'>()(error.name);
    } else if (error instanceof IllegalStateError) {
      exactly<IllegalStateError>()(error);
    } else if (error instanceof NotInitializedError) {
      exactly<'not-initialized'>()(error.code);
    } else if (error instanceof VideoError) {
      exactly<VideoError>()(error);
      exactly<Error['message']>()(error.message);
      exactly<ErrorCode>()(error.code);
      exactly<ErrorCategory>()(error.category);
      exactly<boolean>()(error.retryable);
      exactly<boolean>()(error.unrecoverable);
      exactly<string>()(error.hint);
      exactly<number | undefined>()(error.status);
      exactly<string | undefined>()(error.requestId);
      exactly<readonly VideoError[]>()(error.attempts);
      exactly<unknown>()(error.cause);
    }
  }
}

type Failure =
  | ErrorFromResponse
  | SfuJoinError
  | SfuTimeoutError
  | DeviceError
  | JoinAbortedError
  | IllegalStateError
  | NotInitializedError;

export function byName(error: Failure) {
  switch (error.name) {
    case 'ErrorFromResponse':
      return exactly<ErrorFromResponse>()(error);
    case 'SfuJoinError':
      return exactly<SfuJoinError>()(error);
    case 'SfuTimeoutError':
      return exactly<SfuTimeoutError>()(error);
    case 'DeviceError':
      return exactly<DeviceError>()(error);
    case 'AbortError':
      return exactly<JoinAbortedError>()(error);
    case 'IllegalStateError':
      return exactly<IllegalStateError>()(error);
    case 'NotInitializedError':
      return exactly<NotInitializedError>()(error);
    default:
      return exactly<never>()(error);
  }
}

export function byCode(error: VideoError) {
  switch (error.code) {
    case 'permission-denied':
    case 'instance-dead':
      return error.hint;
    // Codes may come that these types do not know.
    case 'a-code-of-the-future':
      return error.message;
    default:
      return undefined;
  }
}

export function byCategory(error: VideoError) {
  if (error.category === 'rate-limit') return;
  // @ts-expect-error: no such category
  if (error.category === 'weather') return;
}

export function wrong(error: VideoError, device: DeviceError) {
  // @ts-expect-error: not made by apps
  new VideoError();
  // @ts-expect-error: not made by apps
  new DeviceError();
  // @ts-expect-error: read only
  error.code = 'other';
  // @ts-expect-error: read only
  error.attempts.push(device);
  // @ts-expect-error: classes are not exchangeable
  const join: SfuJoinError = device;
  return join;
}
