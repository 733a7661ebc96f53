import { VideoError } from 'trunkline';

/** Which device a message is about. */
export type DeviceKind = 'camera' | 'microphone';

/** Why a call could not be entered, as far as the page reacts differently. */
export type FailureKind = 'not-found' | 'not-allowed' | 'failed';

/** A failure, told to people. */
export interface Failure {
  /** What the page shows. */
  kind: FailureKind;
  /** One line. */
  title: string;
  /** What it means and what to do. */
  text: string;
  /** The stable code, for whoever is asked for help. */
  code: string;
}

/** Says why a camera or microphone does not work and what to do about it. */
export function deviceMessage(kind: DeviceKind, error: unknown): string {
  const device = kind === 'camera' ? 'camera' : 'microphone';
  switch (codeOf(error)) {
    case 'permission-denied':
      return isAbout(error, 'permission')
        ? `You are not allowed to use your ${device} in this call.`
        : `This page may not use your ${device}. Allow it in the browser’s address bar, then try again.`;
    case 'not-found':
      return `No ${device} was found. Connect one, then try again.`;
    case 'in-use':
      return `Your ${device} is used by another program. Close that program, then try again.`;
    case 'overconstrained':
      return `Your ${device} cannot do what this call asks for. Try another one.`;
    case 'insecure-context':
      return `The ${device} works only on secure pages. Open this page over https or on localhost.`;
    case 'unsupported':
      return `This browser cannot use your ${device}. Try a current version of another browser.`;
    case 'aborted':
      return `Your ${device} stopped while starting. Try again.`;
    default:
      return `Your ${device} could not be started. ${hintOf(error)}`.trim();
  }
}

/** Says why a screen could not be shared and what to do about it. */
export function screenMessage(error: unknown): string {
  switch (codeOf(error)) {
    case 'permission-denied':
      return isAbout(error, 'permission')
        ? 'You are not allowed to share your screen in this call.'
        : 'Your system does not let the browser record the screen. Allow it in the system’s privacy settings.';
    case 'unsupported':
      return 'This browser cannot share a screen. Try a current version of another browser.';
    default:
      return `Your screen could not be shared. ${hintOf(error)}`.trim();
  }
}

/** Says why a call could not be entered and what to do about it. */
export function joinFailure(error: unknown): Failure {
  const code = codeOf(error);
  if (code === 'not-found') {
    return {
      kind: 'not-found',
      title: 'Call not found',
      text: 'There is no call with this id. It may be misspelt, or nobody has started it yet.',
      code,
    };
  }
  if (code === 'permission-denied') {
    return {
      kind: 'not-allowed',
      title: 'You cannot enter this call',
      text: 'The call may be over, not open yet, or closed to you. Ask whoever invited you.',
      code,
    };
  }
  return { kind: 'failed', title: 'The call could not be joined', text: failureText(error), code };
}

/** One or two sentences for a failure that has no screen of its own. */
export function failureText(error: unknown): string {
  switch (codeOf(error)) {
    case 'network':
    case 'timeout':
    case 'bad-response':
      return 'The server cannot be reached. Check your connection, then try again.';
    case 'sfu-timeout':
    case 'sfu-error':
    case 'sfu-join-failed':
      return 'The media server did not let you in. Try again in a moment.';
    case 'media-negotiation-failed':
      return 'Your browser and the server could not agree on how to send media. Try again.';
    case 'sfu-full':
    case 'call-full':
      return 'The call is full. Try again when somebody has left.';
    case 'rate-limited':
      return 'Too many attempts. Wait a moment, then try again.';
    case 'server-error':
      return 'The server has a problem. Try again later.';
    case 'permission-denied':
      return 'You are not allowed to do that in this call.';
    case 'auth-token-missing':
    case 'auth-token-invalid':
    case 'auth-token-expired':
    case 'auth-key-invalid':
    case 'auth-provider-failed':
    case 'not-connected':
      return 'The server did not accept this page’s sign-in. Reload the page, then try again.';
    case 'instance-dead':
    case 'disposed':
      return 'Something went wrong in this page. Reload it, then try again.';
    default:
      return hintOf(error) || 'Something went wrong. Try again.';
  }
}

/** The stable code of a failure. */
export function codeOf(error: unknown): string {
  return error instanceof VideoError ? error.code : 'unknown';
}

function hintOf(error: unknown): string {
  return error instanceof VideoError ? error.hint : '';
}

// The browser's refusal and the call's share a code, but not a category.
function isAbout(error: unknown, category: VideoError['category']): boolean {
  return error instanceof VideoError && error.category === category;
}
