/**
 * The app's side of one client, as the core sees it: its objects, its promises, and whom to tell.
 */
import { Call, applyDefaults, emitTo, storeOf } from './call.js';

export class Shell {
  /** What the client is told: `mark`, `flush`, `emit`, `log`, `fetchToken`. */
  #sink;
  #promises = new Map();
  /** `Call`s by the numbers of the core, held as long as the call goes on, and weakly afterwards. */
  #calls = new Map();
  /** Stores whose watchers have not heard of their changes. */
  #unheard = new Set();

  constructor(sink) {
    this.#sink = new WeakRef(sink);
  }

  get sink() {
    return this.#sink.deref();
  }

  /** A new promise. */
  promise(id) {
    return new Promise((resolve, reject) => this.#promises.set(id, [resolve, reject]));
  }

  resolve(id, value) {
    this.#take(id)?.[0](value);
  }

  reject(id, error) {
    this.#take(id)?.[1](error);
  }

  /** Resolves with the server's answer, in which the app's objects stand for the calls. */
  resolveCalls(id, answer, calls) {
    this.resolve(id, { ...answer, calls });
  }

  rejectAll(error) {
    for (const id of this.#promises.keys()) this.reject(id, error);
  }

  /** Makes the app's object for a call. */
  makeCall(key, handle, type, id) {
    const call = new Call(handle, type, id);
    this.#calls.set(key, { weak: new WeakRef(call) });
    return call;
  }

  call(key) {
    return this.#calls.get(key)?.weak.deref();
  }

  /**
   * Holds the object of a call, or not any more: while the call goes on it may not be collected only
   * because the app, whose listeners do the rest, holds nothing.
   */
  keepCall(key, goesOn) {
    const known = this.#calls.get(key);
    if (known) known.kept = goesOn ? known.weak.deref() : undefined;
  }

  forgetCall(key) {
    this.#calls.delete(key);
  }

  /** A slice changed. */
  mark(key, slice) {
    this.#store(key)?.mark(slice);
  }

  markParticipant(key, sessionId) {
    this.#store(key)?.markParticipant(sessionId);
  }

  markLevel(key, sessionId) {
    this.#store(key)?.markLevel(sessionId);
  }

  markTransition(key, to) {
    this.#store(key)?.markTransition(to);
  }

  /** A field of the client's state changed. */
  markClient(field) {
    this.sink?.mark(field);
  }

  /** Tells the app's watchers of everything marked. */
  flush() {
    const stores = [...this.#unheard];
    this.#unheard.clear();
    for (const store of stores) this.#attempt(() => store.flush());
    this.#attempt(() => this.sink?.flush());
  }

  /** Tells an event of the server to the listeners of a call, or of the client. */
  emit(key, event) {
    // The same object goes to both.
    if (!(event.received_at instanceof Date)) event.received_at = new Date();
    const call = this.call(key);
    this.#attempt(() => {
      if (call) emitTo(call, event);
      else if (key === CLIENT) this.sink?.emit(event);
    });
  }

  /** Tells an event of our own. */
  emitOwn(key, type, call_cid, online, reason) {
    const event = { type };
    const fields = { call_cid, online, reason };
    for (const name in fields) if (fields[name] !== undefined) event[name] = fields[name];
    this.emit(key, event);
  }

  /** Asks what the user had chosen for the devices of a call. */
  askDefaults(key) {
    const call = this.call(key);
    if (call) this.#attempt(() => applyDefaults(call));
  }

  /** Asks the app for a token; `false` when there is nobody to ask. */
  fetchToken(request) {
    this.sink?.fetchToken(request);
    return this.sink !== undefined;
  }

  log(level, message, ...details) {
    try {
      this.sink?.log(level, message, details);
    } catch {
      // The app's logger threw: there is nobody left to tell.
    }
  }

  /** Logs a failure that no promise reports. */
  warn(message, thrown) {
    this.log('warn', message, ...(thrown === undefined ? [] : [thrown]));
  }

  /** Says why the core has stopped for good. */
  fail(message) {
    this.log('error', message);
  }

  /** Shows that calls which were going on are lost. */
  failCalls() {
    for (const { weak } of this.#calls.values()) {
      const call = weak.deref();
      if (call) this.#attempt(() => storeOf(call).fail());
    }
  }

  #store(key) {
    const call = this.call(key);
    if (!call) return undefined;
    const store = storeOf(call);
    this.#unheard.add(store);
    return store;
  }

  #take(id) {
    const functions = this.#promises.get(id);
    this.#promises.delete(id);
    return functions;
  }

  /** Runs what should never throw. */
  #attempt(run) {
    try {
      run();
    } catch (thrown) {
      this.log('error', 'a bug in telling the app', thrown);
    }
  }
}

/** The number that stands for the client instead of a call. */
const CLIENT = 0;
