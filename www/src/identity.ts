/** The longest name and call id that the page lets through, in characters. */
export const MAX_LENGTH = 64;

/** The name that was used last, or an empty one. */
export function rememberedName(): string {
  return read('localStorage', NAME_KEY) ?? '';
}

/** Keeps the name for the next visit. */
export function rememberName(name: string): void {
  write('localStorage', NAME_KEY, name);
}

/**
 * The id of this tab's user. Every tab is a user of its own, so that a call can be tried out with
 * two tabs; reloading a tab keeps its user.
 */
export function userId(): string {
  const known = read('sessionStorage', USER_KEY);
  if (known) return known;
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  const id = `guest-${high.toString(36)}${low.toString(36)}`;
  write('sessionStorage', USER_KEY, id);
  return id;
}

/** A call id that can be read out over the phone. */
export function randomCallId(): string {
  const [first = 0, second = 0, number = 0] = crypto.getRandomValues(new Uint32Array(3));
  const adjective = ADJECTIVES[first % ADJECTIVES.length] ?? '';
  const noun = NOUNS[second % NOUNS.length] ?? '';
  return `${adjective}-${noun}-${100 + (number % 900)}`;
}

/** The call id of the invite link that opened this page, if one did. */
export function invitedTo(): string | undefined {
  return new URLSearchParams(location.search).get('call')?.trim() || undefined;
}

/** The link that brings others into a call. */
export function inviteLink(callId: string): string {
  const link = new URL(location.pathname, location.origin);
  link.searchParams.set('call', callId);
  return link.href;
}

/** One or two letters to stand for a name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const picked = words.length > 1 ? [words[0], words.at(-1)] : words;
  return (
    picked
      .map((word) => [...(word ?? '')][0] ?? '')
      .join('')
      .toUpperCase() || '?'
  );
}

/** One of the eight colours of avatars; always the same for the same user. */
export function avatarColour(id: string): string {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return String(sum % 8);
}

// Browsers that block storage throw on the mere access to it.
function read(storage: 'localStorage' | 'sessionStorage', key: string): string | null {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

function write(storage: 'localStorage' | 'sessionStorage', key: string, value: string): void {
  try {
    window[storage].setItem(key, value);
  } catch {
    // Nothing is remembered then, which is what such a browser was asked for.
  }
}

const NAME_KEY = 'trunkline-demo.name';
const USER_KEY = 'trunkline-demo.user-id';
const ADJECTIVES = [
  'amber',
  'brave',
  'calm',
  'clever',
  'early',
  'gentle',
  'golden',
  'happy',
  'lively',
  'merry',
  'quiet',
  'silver',
  'sunny',
  'swift',
  'warm',
  'wise',
];
const NOUNS = [
  'badger',
  'beaver',
  'falcon',
  'finch',
  'fox',
  'heron',
  'koala',
  'lark',
  'lynx',
  'otter',
  'owl',
  'panda',
  'puffin',
  'robin',
  'seal',
  'swan',
];
