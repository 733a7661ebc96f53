/**
 * Reads what a client is made of. Types and documentation: `types/client.d.ts`.
 */
import { describeAgent } from './agent.js';
import { invalidArgument } from './errors.js';
import { runIsolated } from './events.js';
import { checkObject, copyObject, readCount, readField } from './input.js';

/**
 * Reads `(apiKey, options)` or `({ apiKey, user, token, tokenProvider, options })`.
 *
 * @returns `config` for the core, `log` for messages, and the `login` of the user if there is one
 */
export function readClientArgs(first, second) {
  if (typeof first === 'string') return readOptions(first, second);

  checkObject(first, WHAT);
  const apiKey = readField(first, 'apiKey', 'string', WHAT);
  const user = first.user ?? undefined;
  const token = readField(first, 'token', 'string', WHAT);
  const provider = readField(first, 'tokenProvider', 'function', WHAT);
  if (user === undefined && (token !== undefined || provider !== undefined)) {
    throw invalidArgument(`${WHAT}: token or tokenProvider without a user`);
  }
  const login = user === undefined ? undefined : makeLogin(user, token, provider);
  const id = login?.kind === ANONYMOUS ? '!anon' : login?.id;
  return { ...readOptions(apiKey, first.options), login, key: id ? `${apiKey}/${id}` : undefined };
}

/** Whether a user who needs a token has nothing to get it from. */
export function lacksToken({ kind, token, provider }) {
  return kind === AUTHENTICATED && token === undefined && provider === undefined;
}

/** Reads `connectUser(user, tokenOrProvider)`. */
export function readLogin(user, tokenOrProvider) {
  switch (typeof tokenOrProvider) {
    case 'string':
      return makeLogin(user, tokenOrProvider, undefined);
    case 'function':
      return makeLogin(user, undefined, tokenOrProvider);
    case 'undefined':
      return makeLogin(user, undefined, undefined);
    default:
      throw invalidArgument('connectUser: the token is neither a string nor a function');
  }
}

function makeLogin(user, token, provider) {
  const details = copyObject(user, 'user');
  if (details === undefined) throw invalidArgument('user: not an object');
  const kind = KINDS.indexOf(readField(details, 'type', 'string', 'user') ?? KINDS[0]);
  if (kind < 0) throw invalidArgument('user.type is no kind of user');
  if (kind === GUEST && (token ?? provider) !== undefined) {
    throw invalidArgument('user: guests get their token from the coordinator');
  }
  return { kind, id: readField(details, 'id', 'string', 'user') ?? '', details, token, provider };
}

function readOptions(apiKey, options = {}) {
  if (!apiKey) throw invalidArgument(`${WHAT}: apiKey is missing`);
  checkObject(options, OPTIONS);
  const unknown = Object.keys(options).filter((key) => !KNOWN.includes(key));
  const wrong = unknown.find((key) => !OF_THE_CLOUD.includes(key));
  if (wrong !== undefined) throw invalidArgument(`${OPTIONS}.${wrong} is no option of trunkline`);

  return {
    config: {
      apiKey,
      baseUrl: readBaseUrl(options),
      location: readField(options, 'location', 'string', OPTIONS) ?? UNKNOWN_LOCATION,
      timeout: readCount(options, 'timeout', OPTIONS) ?? 5_000,
      socketTimeout: readCount(options, 'defaultWsTimeout', OPTIONS) ?? 15_000,
      maxConnectRetries: readCount(options, 'maxConnectUserRetries', OPTIONS) ?? 5,
      defaultsOnLoad: readDefaults(options),
      rejectWhenBusy: readField(options, 'rejectCallWhenBusy', 'boolean', OPTIONS) ?? false,
      timerWorker: readField(options, 'enableTimerWorker', 'boolean', OPTIONS) ?? true,
      ...describeAgent(),
    },
    findLocation: readLocationHint(options),
    onConnectError: readField(options, 'onConnectUserError', 'function', OPTIONS),
    log: readLog(options),
    preferences: readPreferences(options),
    ignored: unknown,
  };
}

/** Whether reading a call already turns on the devices that it wants on. */
function readDefaults(options) {
  const when = readField(options, 'applyDeviceDefaults', 'string', OPTIONS) ?? DEFAULTS[0];
  if (!DEFAULTS.includes(when)) {
    throw invalidArgument(`${OPTIONS}.applyDeviceDefaults is neither ${DEFAULTS.join(' nor ')}`);
  }
  return when === 'on-load';
}

/** Where the user's devices are kept for the next visit; nothing where that is not wanted. */
function readPreferences(options) {
  const what = `${OPTIONS}.devicePersistence`;
  const given = readField(options, 'devicePersistence', 'object', OPTIONS);
  if (readField(given, 'enabled', 'boolean', what) === false) return undefined;
  const key = readField(given, 'storageKey', 'string', what) ?? 'trunkline:devices';
  const storage = readField(given, 'storage', 'object', what);
  return { key, storage };
}

function readBaseUrl(options) {
  const url = readField(options, 'baseURL', 'string', OPTIONS) ?? CLOUD;
  if (!/^https?:\/\/./.test(url)) {
    throw invalidArgument(`${OPTIONS}.baseURL does not begin with http:// or https://`);
  }
  return url.replace(/\/+$/, '');
}

/** How to find out where this client is; nothing when that is known, or nobody can tell. */
function readLocationHint(options) {
  const isCloud = readBaseUrl(options) === CLOUD;
  const url =
    readField(options, 'locationHintUrl', 'string', OPTIONS) ?? (isCloud ? CLOUD_HINT : undefined);
  const timeout = readCount(options, 'locationHintTimeout', OPTIONS) ?? 2_000;
  const attempts = readCount(options, 'locationHintMaxAttempts', OPTIONS) ?? 3;
  if (url === undefined || options.location !== undefined) return undefined;

  return async () => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      try {
        const signal = AbortSignal.timeout(timeout);
        const place = (await fetch(url, { method: 'HEAD', signal })).headers.get('x-amz-cf-pop');
        if (place) return place.slice(0, 3);
      } catch {
        // No place is known, which costs a join nothing but the choice of a near server.
      }
    }
    return UNKNOWN_LOCATION;
  };
}

/** @returns {(level: string, message: string, ...details: unknown[]) => void} */
/**
 * What takes messages for the log: with its level, the message, details, and the part of the SDK
 * that it comes from, one of {@link SCOPES}.
 */
function readLog(options) {
  const given = readField(options, 'logOptions', 'object', OPTIONS) ?? {};
  const stranger = Object.keys(given).find((scope) => !SCOPES.includes(scope));
  if (stranger !== undefined) {
    throw invalidArgument(`${OPTIONS}.logOptions.${stranger} is none of ${SCOPES.join(', ')}`);
  }
  const logger = readField(options, 'logger', 'function', OPTIONS) ?? logToConsole;
  const least = readLevel(options, 'logLevel', OPTIONS) ?? LEVELS.indexOf('warn');
  const scopes = {};
  for (const scope of SCOPES) {
    const what = `${OPTIONS}.logOptions.${scope}`;
    const of = readField(given, scope, 'object', `${OPTIONS}.logOptions`);
    scopes[scope] = [
      readLevel(of, 'level', what) ?? least,
      readField(of, 'sink', 'function', what) ?? logger,
    ];
  }
  return (level, message, details = [], scope = 'client') => {
    const [least, sink] = scopes[scope];
    if (LEVELS.indexOf(level) < least) return;
    runIsolated(() => sink(level, message, ...details), 'logger');
  };
}

function readLevel(object, key, what) {
  const level = readField(object, key, 'string', what);
  if (level === undefined) return undefined;
  const rank = LEVELS.indexOf(level);
  if (rank < 0) throw invalidArgument(`${what}.${key} is none of ${LEVELS.join(', ')}`);
  return rank;
}

function logToConsole(level, message, ...details) {
  console[level](`trunkline: ${message}`, ...details);
}

const WHAT = 'new Client';
const OPTIONS = 'options';
const CLOUD = 'https://video.stream-io-api.com/video';
const CLOUD_HINT = 'https://hint.stream-io-video.com/';

/** What clients say whose place could not be found out. */
const UNKNOWN_LOCATION = 'ERR';

const DEFAULTS = ['on-join', 'on-load'];

/** The parts of the SDK that messages come from. */
const SCOPES = ['client', 'core', 'devices', 'rendering'];

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'];

/** In the order of `UserKind` of the core. */
const KINDS = ['authenticated', 'guest', 'anonymous'];
const [AUTHENTICATED, GUEST, ANONYMOUS] = KINDS.keys();

const KNOWN = [
  'baseURL',
  'timeout',
  'defaultWsTimeout',
  'maxConnectUserRetries',
  'onConnectUserError',
  'rejectCallWhenBusy',
  'enableTimerWorker',
  'location',
  'devicePersistence',
  'applyDeviceDefaults',
  'locationHintUrl',
  'locationHintTimeout',
  'locationHintMaxAttempts',
  'logLevel',
  'logOptions',
  'logger',
];

/** What code written for the cloud service may give: accepted, with a warning that it does nothing. */
const OF_THE_CLOUD = [
  'persistUserOnConnectionFailure',
  'WebSocketImpl',
  'clientAppIdentifier',
  'clientEventsReportingEnabled',
];
