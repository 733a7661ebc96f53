/**
 * One user's connection to the coordinator. Types and documentation: `types/client.d.ts`.
 */
import { Listeners } from './events.js';
import { invalidArgument } from './errors.js';
import { promised, readField } from './input.js';
import { readClientArgs, readLogin } from './options.js';
import { ClientStore } from './state.js';
import { Engine } from './wasm/trunkline.js';

export class Client {
  #engine;
  #listeners = new Listeners();
  #store;
  #tokenProvider;
  /** What `dispose()` returned. */
  #disposed;
  /**
   * What the core tells this client. The core holds it weakly, so that listeners which mention the
   * client do not keep it for ever.
   */
  #sink;

  constructor(apiKeyOrArgs, options) {
    const { config, log, ignored, login, preferences } = readClientArgs(apiKeyOrArgs, options);
    this.#sink = {
      mark: (field) => this.#store.mark(field),
      flush: () => this.#store.flush(),
      emit: (event) => this.#listeners.emit(event),
      log: (level, message, details) => log(level, message, ...details),
      preferences,
      fetchToken: () => this.#fetchToken(),
    };
    this.#engine = new Engine(config, this.#sink);
    this.#store = new ClientStore(this.#engine);
    for (const option of ignored) log('warn', `options.${option} has no effect`);

    this.connected = login ? this.#connect(login).then(() => undefined) : Promise.resolve();
    // Whoever awaits `connected` hears of it, too.
    this.connected.catch((error) => log('error', 'the user could not be connected', error));
  }

  get state() {
    return this.#store.state;
  }

  connectUser(user, tokenOrProvider) {
    return promised(() => this.#connect(readLogin(user, tokenOrProvider)));
  }

  disconnectUser() {
    return this.#engine.disconnectUser();
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
    const disconnected = this.#engine.disconnectUser();
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
    return this.#engine.connectUser(kind, id, details, token, provider !== undefined);
  }

  async #fetchToken() {
    const token = await this.#tokenProvider();
    if (typeof token !== 'string') throw new TypeError('the token provider gave no string');
    return token;
  }
}
