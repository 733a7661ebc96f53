/** A user whose token the app's backend makes. */
export interface AuthenticatedUser {
  /** May be left out. */
  type?: 'authenticated';
  /** Unique in the app; the token must be for it. */
  id: string;
  /** To be shown. */
  name?: string;
  /** URL of a picture. */
  image?: string;
  /** The user's free object. */
  custom?: CustomData;
  /** Language code. */
  language?: string;
}

/** A user whom the coordinator makes on the spot. */
export interface GuestUser extends Omit<AuthenticatedUser, 'type'> {
  /** Always the same. */
  type: 'guest';
}

/** Somebody without a name. Watches, never publishes. */
export interface AnonymousUser {
  /** Always the same. */
  type: 'anonymous';
  /** Not used: it is always `!anon`. */
  id?: string;
}

/** Who uses the client. */
export type User = AuthenticatedUser | GuestUser | AnonymousUser;

/** What {@link Client.testConnectivity} is to ask. */
export interface ConnectivityTestOptions {
  /** A call that exists: its SFU is asked. Without one, SFU, UDP and TURN are skipped. */
  call?: Call;
  /** Gives the test up. */
  signal?: AbortSignal;
}

/** Gets a token for the user from the app's backend. Asked again when a token has expired. */
export type TokenProvider = () => string | Promise<string>;

/** Level of a message for the log. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Takes messages for the log. */
export type Logger = (level: LogLevel, message: string, ...details: unknown[]) => void;

/**
 * The part of the SDK that a message for the log comes from: `client` (options, users), `core` (calls
 * and their connections), `devices`, `rendering` (elements).
 */
export type LogScope = 'client' | 'core' | 'devices' | 'rendering';

/** How the user's choice of devices is kept. */
export interface DevicePersistence {
  /** Whether it is. Default `true`. */
  enabled?: boolean;
  /** Under which key. Default `trunkline:devices`. */
  storageKey?: string;
  /** Where. Default `localStorage`. */
  storage?: Pick<Storage, 'getItem' | 'setItem'>;
}

/** Options of a client. */
export interface ClientOptions {
  /**
   * Base of the coordinator's REST paths, such as `https://video.example.com/video`. The address of
   * its socket follows from it. Default `https://video.stream-io-api.com/video`.
   */
  baseURL?: string;
  /** How long one request may take, in ms. Default 5000. */
  timeout?: number;
  /** How long the socket may take to open and authenticate, in ms. Default 15000. */
  defaultWsTimeout?: number;
  /** How often to try to connect in all, at least 1. Default 5. */
  maxConnectUserRetries?: number;
  /** Called when connecting is given up, with the last failure and all of them. */
  onConnectUserError?: (last: VideoError, all: readonly VideoError[]) => void;
  /** Reject calls that ring while another one rings, or goes on after it rang. Default `false`. */
  rejectCallWhenBusy?: boolean;
  /**
   * Time in a worker while the page is hidden, so that it keeps its connections. Default `true`. A
   * page with a Content-Security-Policy has to allow it with `worker-src blob:`; where that is missing
   * the browser reports one violation, no second worker is tried, and timers come late.
   */
  enableTimerWorker?: boolean;
  /**
   * When the devices that the call's settings want on are turned on, if nobody has touched them:
   * with the join, or already when the call is loaded. Default `on-join`.
   */
  applyDeviceDefaults?: 'on-join' | 'on-load';
  /** How the user's choice of devices is kept for the next visit. By default it is. */
  devicePersistence?: DevicePersistence;
  /** Where the user is, as the server names places; helps it to choose a near SFU. */
  location?: string;
  /**
   * Where to ask for that with a HEAD request, when the first user connects. Default: nowhere, with a
   * `baseURL` of your own.
   */
  locationHintUrl?: string;
  /** How long one such request may take, in ms. Default 2000. It never delays a join. */
  locationHintTimeout?: number;
  /** How often to ask. Default 3. */
  locationHintMaxAttempts?: number;
  /** Messages below are dropped. Default `warn`. */
  logLevel?: LogLevel;
  /** Takes messages for the log. Default: the console. */
  logger?: Logger;
  /** The same for single parts of the SDK; what is left out is as for the others. */
  logOptions?: Partial<Record<LogScope, { level?: LogLevel; sink?: Logger }>>;
}

/** How to make a client: its app and, at once or later, its user. */
export type ClientArgs = {
  /** Key of the app. */
  apiKey: string;
  /** Options. */
  options?: ClientOptions;
} & (
  | {
      /** Who. Connecting begins at once; see {@link Client.connected}. */
      user: AuthenticatedUser;
      /** Used first. */
      token: string;
      /** Asked when the token has expired. */
      tokenProvider?: TokenProvider;
    }
  | {
      /** Who. Connecting begins at once; see {@link Client.connected}. */
      user: AuthenticatedUser;
      /** Used first. */
      token?: string;
      /** Asked when there is no token, or it has expired. */
      tokenProvider: TokenProvider;
    }
  | {
      /** Who. */
      user: GuestUser;
      /** Guests get theirs from the coordinator. */
      token?: undefined;
      /** Guests get theirs from the coordinator. */
      tokenProvider?: undefined;
    }
  | {
      /** Who. */
      user: AnonymousUser;
      /** Limits which calls may be joined. */
      token?: string;
      /** Asked when the token has expired. */
      tokenProvider?: TokenProvider;
    }
  | {
      /** Nobody yet: see {@link Client.connectUser}. */
      user?: undefined;
      /** Belongs to a user. */
      token?: undefined;
      /** Belongs to a user. */
      tokenProvider?: undefined;
    }
);
