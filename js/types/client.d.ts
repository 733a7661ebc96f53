/// <reference lib="esnext.disposable" />
import type { ApiResponse, CustomData } from './base.js';
import type { Call } from './call.js';
import type { VideoError } from './errors.js';
import type { EventSource } from './events.js';
import type {
  ConnectedEvent,
  CreateGuestRequest,
  CreateGuestResponse,
  GetEdgesResponse,
  ListDevicesResponse,
  OwnUserResponse,
  QueryAggregateCallStatsRequest,
  QueryAggregateCallStatsResponse,
  QueryCallStatsRequest,
  QueryCallStatsResponse,
  QueryCallsRequest,
  QueryCallsResponse,
} from './generated/index.js';
import type { StateObservable, Subscribable } from './observable.js';

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
   * Time in a worker, so that a page in the background keeps its connections. Default `true`; where
   * there are no workers, or the page's policy forbids them, it makes no difference.
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
  /** Where to ask for that with a HEAD request. Default: nowhere, with a `baseURL` of your own. */
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

/** What is known of a client. Getters are always current. */
export interface ClientState extends Subscribable<ClientState> {
  /** The connected user; `undefined` before and after, and for anonymous users. */
  readonly connectedUser: OwnUserResponse | undefined;
  /** {@link connectedUser}, observable. */
  readonly connectedUser$: StateObservable<OwnUserResponse | undefined>;
  /** The calls that were loaded or joined and not left. A new list after each change. */
  readonly calls: readonly Call[];
  /** {@link calls}, observable. */
  readonly calls$: StateObservable<readonly Call[]>;
}

/**
 * One user's connection to the coordinator, and their calls.
 *
 * ```ts
 * const client = await Client.connect({ apiKey, user: { id: 'anna' }, tokenProvider });
 * const call = client.call('default', 'standup');
 * await call.join({ create: true });
 * ```
 */
export class Client implements EventSource {
  /** Makes a client without a user; `await init()` before. */
  constructor(apiKey: string, options?: ClientOptions);
  /** Makes a client and, when there is a user, begins to connect; `await init()` before. */
  constructor(args: ClientArgs);

  /** Loads the module, makes a client, and waits until its user is connected. */
  static connect(args: ClientArgs): Promise<Client>;

  /**
   * The client of this app for this user: the one that there is, or a new one. Until the user is
   * disconnected, or could not be connected.
   */
  static getOrCreateInstance(args: ClientArgs & { user: User }): Client;

  /** What is known of the client. */
  readonly state: ClientState;
  /**
   * The connecting that the constructor began; resolves when the user is connected, rejects when
   * that failed. Resolved when there was no user.
   */
  readonly connected: Promise<void>;

  /**
   * Connects as `user`. The same user twice gets the same answer; another user must wait for
   * {@link disconnectUser}. Resolves without an event for anonymous users.
   *
   * @throws {VideoError} category `auth` for a missing, expired or foreign token, before any request
   */
  connectUser(
    user: User,
    tokenOrProvider?: string | TokenProvider,
  ): Promise<ConnectedEvent | undefined>;
  /**
   * Leaves all calls and closes the connection. Does nothing when nobody is connected. Waits for
   * nothing, whatever the timeout.
   */
  disconnectUser(timeoutMs?: number): Promise<void>;
  /**
   * Makes an object for a call. No network is involved: load it with {@link Call.get},
   * {@link Call.getOrCreate} or {@link Call.join}.
   *
   * @throws {VideoError} `invalid-argument` for an empty type or id, or one of a wrong form
   */
  call(type: string, id: string, options?: { reuseInstance?: boolean }): Call;

  /**
   * Finds calls. Each becomes a new object with its state; with `watch` it also receives updates and
   * stands in {@link ClientState.calls}, unless another object of that call does. Never touches
   * camera or microphone, with or without `withDisabledDevices`.
   */
  queryCalls(
    request?: QueryCallsRequest,
    options?: { withDisabledDevices?: boolean },
  ): Promise<Omit<QueryCallsResponse, 'calls'> & { calls: Call[] }>;
  /**
   * For push messages: the call with that cid, ringing. Made and loaded when the socket has not told
   * of it yet; however many messages come, there is one object.
   */
  onRingingCall(cid: string): Promise<Call>;
  /** Makes a guest user; needs no user. To connect as a guest, {@link connectUser} is enough. */
  createGuestUser(request: CreateGuestRequest): Promise<CreateGuestResponse>;
  /** Reports on past sessions. */
  queryCallStats(request?: QueryCallStatsRequest): Promise<QueryCallStatsResponse>;
  /** Figures over many sessions. */
  queryAggregateCallStats(
    request?: QueryAggregateCallStatsRequest,
  ): Promise<QueryAggregateCallStatsResponse>;
  /** Where the server has SFUs. */
  edges(): Promise<GetEdgesResponse>;
  /** Adds a device that gets push messages. */
  addDevice(id: string, pushProvider: string, pushProviderName?: string): Promise<ApiResponse>;
  /** The same for messages about calls on iOS. */
  addVoipDevice(id: string, pushProvider: string, pushProviderName?: string): Promise<ApiResponse>;
  /** Devices that get push messages. */
  getDevices(): Promise<ListDevicesResponse>;
  /** Removes one. */
  removeDevice(id: string): Promise<ApiResponse>;

  /** Listens to events, see {@link EventSource.on}. */
  on: EventSource['on'];
  /** Ends the listening, see {@link EventSource.off}. */
  off: EventSource['off'];

  /** Disconnects the user and makes the client unusable: everything it does later is refused. */
  dispose(): Promise<void>;
  /** The same at the end of a block: `await using client = await Client.connect(…)`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The same as {@link Client}, under the name that existing code imports. */
export const StreamVideoClient: typeof Client;
/** The same as {@link Client}, under the name that existing code imports. */
export type StreamVideoClient = Client;
