/**
 * One user's connection to the coordinator. Types and documentation: `types/client.d.ts`.
 */
import { Listeners, runIsolated } from './events.js';
import { invalidArgument } from './errors.js';
import { copyObject, promised, readField } from './input.js';
import { Notes } from './notes.js';
import { lacksToken, readClientArgs, readLogin } from './options.js';
import { CLIENT_REQUESTS, PUBLIC, defineRequests } from './requests.js';
import { Parts } from './parts.js';
import { Ticker } from './ticker.js';
import { Engine } from './wasm/trunkline.js';

/** Clients with a user, by app and user. */
const instances = new Map();

export class Client {
  static {
    // For `await using`, where the browser has it.
    if (Symbol.asyncDispose) this.prototype[Symbol.asyncDispose] = this.prototype.dispose;
    defineRequests(this, CLIENT_REQUESTS, (client, method, path, body, what, then) =>
      client.#engine.request(method, path, body, `calling ${what}()`, then === PUBLIC),
    );
  }

  static getOrCreateInstance(args) {
    const { key, login } = readClientArgs(args);
    if (key === undefined) throw invalidArgument('getOrCreateInstance: user.id is missing');
    if (lacksToken(login)) throw invalidArgument('getOrCreateInstance: no token, no tokenProvider');
    return instances.get(key)?.deref() ?? new this(args);
  }

  #engine;
  #listeners = new Listeners();
  /** What hangs on this object. */
  #parts = new Parts();
  #tokenProvider;
  /** Its name in {@link instances}. */
  #key;
  #onConnectError;
  #ticker;
  /** What was warned of. */
  #notes = new Notes();
  /** What `dispose()` returned. */
  #disposed;
  /**
   * What the core tells this client. The core holds it weakly, so that listeners which mention the
   * client do not keep it for ever.
   */
  #sink;

  constructor(apiKeyOrArgs, options) {
    const { config, log, ignored, login, key, preferences, onConnectError, findLocation } =
      readClientArgs(apiKeyOrArgs, options);
    this.#sink = {
      emit: (event) => this.#listeners.emit(event),
      log: (level, message, details, scope = 'core') => {
        if (level === 'warn' || level === 'error') this.#notes.add({ level, message });
        log(level, message, details, scope);
      },
      notes: this.#notes,
      preferences,
      fetchToken: (request) => this.#fetchToken(request),
    };
    this.#engine = new Engine(config, this.#sink);
    this.#parts.own('client', this);
    this.state = this.#engine.makeState(this.#parts);
    for (const option of ignored) log('warn', `options.${option} has no effect`);

    if (key !== undefined) {
      if (instances.get(key)?.deref()) log('warn', 'there is a client for this user already');
      this.#key = key;
      instances.set(key, new WeakRef(this));
    }
    this.#onConnectError = onConnectError;
    if (config.timerWorker) {
      const client = new WeakRef(this);
      this.#ticker = new Ticker(() => client.deref()?.#engine.tick() ?? false);
    }

    this.connected = login ? this.#connect(login).then(() => undefined) : Promise.resolve();
    // Whoever awaits `connected` hears of it, too.
    this.connected.catch((error) => {
      this.#forget();
      log('error', 'the user could not be connected', [error]);
    });
    findLocation?.().then((location) => this.#engine.setLocation(location));
  }

  connectUser(user, tokenOrProvider) {
    return promised(() => this.#connect(readLogin(user, tokenOrProvider)));
  }

  disconnectUser() {
    this.#forget();
    return this.#engine.disconnectUser();
  }

  queryCalls(request) {
    return promised(() => this.#engine.queryCalls(copyObject(request, 'queryCalls') ?? {}));
  }

  onRingingCall(cid) {
    return promised(() => {
      if (typeof cid !== 'string') throw invalidArgument('onRingingCall: the cid is no string');
      return this.#engine.ringingCall(cid);
    });
  }

  call(type, id, options) {
    if (typeof type !== 'string') throw invalidArgument('call: the type is no string');
    if (typeof id !== 'string') throw invalidArgument('call: the id is no string');
    const reuse = readField(options, 'reuseInstance', 'boolean', 'call') ?? false;
    return this.#engine.call(type, id, reuse);
  }

  on(name, listener) {
    return this.#listeners.on(name, listener);
  }

  off(name, listener) {
    this.#listeners.off(name, listener);
  }

  dispose() {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #dispose() {
    const disconnected = this.disconnectUser();
    this.#engine.refuse();
    try {
      await disconnected;
    } finally {
      this.#engine.shutDown();
    }
  }

  #connect({ kind, id, details, token, provider }) {
    // Another user is refused by the core, and the first one keeps its provider.
    if (this.#engine.userId() === undefined) this.#tokenProvider = provider;
    const connecting = this.#engine.connectUser(kind, id, details, token, provider !== undefined);
    this.#ticker?.start();
    if (this.#onConnectError) {
      connecting.catch((error) => {
        const all = error.attempts.length > 0 ? error.attempts : [error];
        runIsolated(() => this.#onConnectError(error, all), 'onConnectUserError');
      });
    }
    return connecting;
  }

  #forget() {
    this.#ticker?.stop();
    if (instances.get(this.#key)?.deref() === this) instances.delete(this.#key);
  }

  async #fetchToken(request) {
    let token;
    try {
      token = await this.#tokenProvider();
      if (typeof token !== 'string') throw new TypeError('the token provider gave no string');
    } catch (thrown) {
      this.#engine.tokenFailed(request, thrown);
      return;
    }
    this.#engine.token(request, token);
  }
}
