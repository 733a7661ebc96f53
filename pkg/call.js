/**
 * One call. Types and documentation: `types/call.d.ts`.
 */
import { CameraManager } from './camera.js';
import { recall } from './devices.js';
import { Elements } from './elements.js';
import { Listeners } from './events.js';
import { copyObject, promised, readCount, readField } from './input.js';
import { MicrophoneManager } from './microphone.js';
import { publish, readPublishOptions } from './publish.js';
import { ScreenShareManager } from './screen-share.js';
import { SpeakerManager, recallSpeaker } from './speaker.js';
import { CallStore } from './state.js';

/** For the core's side, not for apps: the store of a call. */
export let storeOf;

/** For the core's side, not for apps: tells the listeners of a call. */
export let emitTo;

/** For the core's side, not for apps: says what the user had chosen on an earlier visit. */
export let applyDefaults;

export class Call {
  static {
    storeOf = (call) => call.#store;
    emitTo = (call, event) => call.#listeners.emit(event);
    applyDefaults = (call) => void call.#recallDevices();
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
    const port = this.#port();
    this.camera = new CameraManager(this.#store.cell('camera'), port);
    this.microphone = new MicrophoneManager(this.#store.cell('microphone'), port, this.state);
    this.screenShare = new ScreenShareManager(this.#store.cell('screenShare'), port);
    this.speaker = new SpeakerManager(port);
    this.#elements = new Elements(
      this.state,
      (sessionId, trackType, width, height) =>
        this.#handle.setVideoSize(sessionId, trackType === 'screenShareTrack', width, height),
      this.speaker,
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

  publish(stream, trackType, options) {
    return promised(() => publish(this.#handle, stream, trackType, options));
  }

  stopPublish(...trackTypes) {
    return promised(() => this.#handle.stopPublish(trackTypes));
  }

  updatePublishOptions(options) {
    this.#handle.preferVideo(...readPublishOptions(options));
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

  /** What the managers of devices need of the core and of the client. */
  #port() {
    const handle = this.#handle;
    return {
      device: (...order) => handle.device(...order),
      setMedia: (...option) => handle.setMedia(...option),
      setVolume: (...volume) => handle.setVolume(...volume),
      emit: (event) => handle.emit({ ...event, call_cid: this.cid, received_at: new Date() }),
      host: () => handle.host(),
      settings: () => this.state.settings,
    };
  }

  async #recallDevices() {
    recallSpeaker(this.speaker).catch(() => {});
    for (const [kind, manager] of [this.camera, this.microphone].entries()) {
      // A browser that cannot tell leaves it to the call's settings.
      const { deviceId, isMuted } = await recall(manager).catch(() => ({}));
      this.#handle.applyDefault(kind, isMuted === undefined ? undefined : !isMuted, deviceId);
    }
  }
}

const LIMITS = ['maxJoinRetries', 'joinResponseTimeout', 'rpcRequestTimeout'];
