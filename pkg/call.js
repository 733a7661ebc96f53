/**
 * One call. Types and documentation: `types/call.d.ts`.
 */
import { DeviceManager } from './devices.js';
import { Elements } from './elements.js';
import { Listeners } from './events.js';
import { copyObject, promised, readCount, readField } from './input.js';
import { CallStore } from './state.js';

/** For the core's side, not for apps: the store of a call. */
export let storeOf;

/** For the core's side, not for apps: tells the listeners of a call. */
export let emitTo;

export class Call {
  static {
    storeOf = (call) => call.#store;
    emitTo = (call, event) => call.#listeners.emit(event);
  }

  #handle;
  #store;
  #listeners = new Listeners();
  #elements;
  /** What `join()` returned, while it is not settled. */
  #joining;

  /** @param handle reads from the core and gives orders to it; its life is this object's */
  constructor(handle, type, id) {
    this.#handle = handle;
    this.type = type;
    this.id = id;
    this.#store = new CallStore(handle);
    this.camera = this.#device('camera');
    this.microphone = this.#device('microphone');
    this.#elements = new Elements(this.state, (sessionId, trackType, width, height) =>
      this.#handle.setVideoSize(sessionId, trackType === 'screenShareTrack', width, height),
    );
  }

  get cid() {
    return `${this.type}:${this.id}`;
  }

  get state() {
    return this.#store.state;
  }

  get watching() {
    return this.state.watching;
  }

  get isCreatedByMe() {
    const creator = this.state.createdBy?.id;
    return creator !== undefined && creator === this.currentUserId;
  }

  get currentUserId() {
    return this.#handle.userId();
  }

  can(capability) {
    return this.state.ownCapabilities.includes(capability);
  }

  get(params) {
    return this.#order('get', params);
  }

  getOrCreate(request) {
    return this.#order('getOrCreate', request);
  }

  create(request) {
    return this.getOrCreate(request);
  }

  join(options) {
    return promised(() => {
      const request = copyObject(options, 'join');
      const limits = LIMITS.map((key) => {
        // Meant for this side, not for the server.
        delete request?.[key];
        return readCount(options, key, 'join');
      });
      if (this.#joining) return this.#joining;

      const joining = this.#handle.join(request, ...limits);
      this.#joining = joining;
      const forget = () => {
        if (this.#joining === joining) this.#joining = undefined;
      };
      joining.then(forget, forget);
      return joining;
    });
  }

  leave(options) {
    return promised(() => {
      const message =
        readField(options, 'message', 'string', 'leave') ??
        readField(options, 'reason', 'string', 'leave');
      // A join after this is a new one, even if the one before has not been rejected yet.
      this.#joining = undefined;
      return this.#handle.leave(message);
    });
  }

  endCall() {
    return this.#order('endCall');
  }

  update(request) {
    return this.#order('update', request);
  }

  updateCallMembers(request) {
    return this.#order('updateCallMembers', request);
  }

  goLive(request, params) {
    return promised(() => {
      const notify = readField(params, 'notify', 'boolean', 'goLive');
      return this.#order('goLive', request, notify);
    });
  }

  stopLive(request) {
    return this.#order('stopLive', request);
  }

  on(name, listener) {
    return this.#listeners.on(name, listener);
  }

  off(name, listener) {
    this.#listeners.off(name, listener);
  }

  bindVideoElement(element, sessionId, trackType) {
    return this.#elements.bindVideo(element, sessionId, trackType);
  }

  bindAudioElement(element, sessionId, trackType) {
    return this.#elements.bindAudio(element, sessionId, trackType);
  }

  #order(order, object, flag) {
    return promised(() => {
      const answer = this.#handle.order(order, copyObject(object, order), flag);
      // As long as an answer is under way somebody waits for it, who may have kept nothing but the
      // promise: this object must not be collected then, as its handle would go with it.
      const keep = () => void this;
      answer.then(keep, keep);
      return answer;
    });
  }

  #device(slice) {
    return new DeviceManager(this.#store.cell(slice), (on) =>
      this.#handle.orderDevice(slice === 'microphone', on),
    );
  }
}

const LIMITS = ['maxJoinRetries', 'joinResponseTimeout', 'rpcRequestTimeout'];
