/**
 * One call. Types and documentation: `types/call.d.ts`.
 */
import { CameraManager } from './camera.js';
import { recall } from './devices.js';
import { Elements } from './elements.js';
import { Listeners } from './events.js';
import { abortable, copyObject, promised, readCount, readField } from './input.js';
import { MicrophoneManager } from './microphone.js';
import { defineFields } from './observable.js';
import { PermissionsContext } from './permissions.js';
import { PIN, RESET_REACTION, UNPIN, hasTrack, tileEdit } from './participants.js';
import { publish, readPublishOptions } from './publish.js';
import {
  CALL_REQUESTS,
  GET,
  LOAD,
  NOTHING,
  POST,
  RING,
  callData,
  defineRequests,
  muteKind,
  pick,
  query,
  readFeedback,
} from './requests.js';
import { ScreenShareManager } from './screen-share.js';
import { SpeakerManager, recallSpeaker } from './speaker.js';
import { CallTypes } from './sorting.js';
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
    applyDefaults = (call) => void call.#recallDevices();
    emitTo = (call, event) => {
      call.#store.take(event);
      call.#listeners.emit(event);
    };
    defineFields(this, ['ringing', 'ringingState'], (call) => call.#store.cells);
    defineRequests(this, CALL_REQUESTS, (call, ...request) => call.#send(...request));
  }

  #handle;
  #store;
  #listeners = new Listeners();
  #elements;
  /** Cells that tell whether the user may do something. */
  #rights = {};
  /** What `join()` returned, while it is not settled. */
  #joining;

  /** @param handle reads from the core and gives orders to it; its life is this object's */
  constructor(handle, type, id) {
    this.#handle = handle;
    this.type = type;
    this.id = id;
    this.#store = new CallStore(handle, CallTypes.get(type).options.sortParticipantsBy);
    this.permissionsContext = new PermissionsContext(this.state);
    const { camera, microphone, screenShare } = this.#store.cells;
    const port = this.#port();
    this.camera = new CameraManager(camera, port);
    this.microphone = new MicrophoneManager(microphone, port, this.state);
    this.screenShare = new ScreenShareManager(screenShare, port);
    this.speaker = new SpeakerManager(port);
    this.#elements = new Elements(this.state, this.#elementsPort(), this.speaker);
  }

  get trackSubscriptionManager() {
    return this.#elements.subscriptions;
  }

  get viewportTracker() {
    return this.#elements.viewport;
  }

  get blockedAudioTracker() {
    return this.#elements.blockedAudio;
  }

  get audioBindingsWatchdog() {
    return this.#elements.watchdog;
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
    return this.permissionsContext.hasPermission(capability);
  }

  can$(capability) {
    const { ownCapabilities } = this.#store.cells;
    const has = (all) => all.includes(capability);
    return (this.#rights[capability] ??= ownCapabilities.derive(has)).observable;
  }

  get(params) {
    return promised(() => {
      const flags = pick(params, ['ring', 'notify', 'video'], 'get');
      const limit = pick(params, ['members_limit'], 'get', 'number');
      const path = query({ ...flags, ...limit });
      const then = flags.ring ? RING : LOAD;
      return abortable(params, 'get', () => this.#send(GET, path, undefined, 'get', then));
    });
  }

  getOrCreate(request) {
    return promised(() => {
      const copy = readRequest(request, 'getOrCreate');
      const then = copy.ring ? RING : LOAD;
      return abortable(request, 'getOrCreate', () =>
        this.#send(POST, '', copy, 'getOrCreate', then),
      );
    });
  }

  create(request) {
    return this.getOrCreate(request);
  }

  notify() {
    return this.get({ notify: true });
  }

  join(options) {
    return promised(() => {
      const how = readJoin(options, 'join');
      return abortable(
        options,
        'join',
        () => this.#join(how),
        () => this.leave(),
      );
    });
  }

  setJoinOptions(options) {
    this.#handle.setJoinOptions(...readJoin(options, 'setJoinOptions'));
  }

  leave(options) {
    return promised(() => {
      const reject = readField(options, 'reject', 'boolean', 'leave');
      const reason = readField(options, 'reason', 'string', 'leave');
      const message = readField(options, 'message', 'string', 'leave');
      // A join after this is a new one, even if the one before has not been rejected yet.
      this.#joining = undefined;
      return this.#keep(this.#handle.leave(reject, reason, message));
    });
  }

  submitFeedback(rating, details) {
    return promised(() => {
      const body = readFeedback(rating, details, ...this.#handle.describe());
      return this.#send(POST, 'feedback', copyObject(body, 'submitFeedback'), 'submitFeedback');
    });
  }

  muteOthers(type) {
    return promised(() => {
      const kind = muteKind(type);
      const publishers = this.state.remoteParticipants.filter((p) => hasTrack(p, kind));
      const users = new Set(publishers.map((p) => p.userId));
      return users.size > 0 ? this.muteUser([...users], kind) : Promise.resolve();
    });
  }

  pin(sessionId) {
    this.#handle.editParticipant(sessionId, PIN);
  }

  unpin(sessionId) {
    this.#handle.editParticipant(sessionId, UNPIN);
  }

  resetReaction(sessionId) {
    this.#handle.editParticipant(sessionId, RESET_REACTION);
  }

  updateClosedCaptionSettings(settings) {
    this.state.updateClosedCaptionSettings(settings);
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

  attachAudio(container) {
    return this.#elements.attachAudio(container);
  }

  resumeAudio() {
    return this.#elements.blockedAudio.resume();
  }

  setViewport(element) {
    return this.#elements.viewport.setViewport(element);
  }

  trackElementVisibility(element, sessionId, trackType) {
    return this.#elements.trackVisibility(element, sessionId, trackType);
  }

  setIncomingVideoEnabled(enabled) {
    this.#elements.subscriptions.setEnabled(enabled);
  }

  setPreferredIncomingVideoResolution(resolution, sessionIds) {
    this.#elements.subscriptions.setPreferredResolution(resolution, sessionIds);
  }

  setSortParticipantsBy(comparator) {
    this.state.setSortParticipantsBy(comparator);
  }

  setStatsReportingIntervalInMs(interval = 2_000) {
    this.#store.stats.setInterval(interval);
  }

  startReportingStatsFor(sessionId) {
    this.#store.stats.detail(sessionId, true);
  }

  stopReportingStatsFor(sessionId) {
    this.#store.stats.detail(sessionId, false);
  }

  dumpDiagnostics() {
    return promised(async () => {
      const { diagnose } = await import('./diagnostics.js');
      const devices = {};
      for (const kind of ['camera', 'microphone', 'screenShare']) {
        const { status, error } = this[kind].state;
        devices[kind] = { status, error: error?.code };
      }
      const timeline = this.#store.timeline.kept;
      const warnings = this.#handle.host()?.notes.kept ?? [];
      return diagnose(this.state, this.#handle, { timeline, warnings, devices });
    });
  }

  #join(how) {
    if (this.#joining) return this.#joining;

    const joining = this.#handle.join(...how);
    this.#joining = joining;
    const forget = () => {
      if (this.#joining === joining) this.#joining = undefined;
    };
    joining.then(forget, forget);
    return joining;
  }

  #send(method, path, body, what, then = NOTHING) {
    const base = `/call/${encodeURIComponent(this.type)}/${encodeURIComponent(this.id)}`;
    const below = path === '' || path.startsWith('?') ? base + path : `${base}/${path}`;
    const target = path.startsWith('/') ? path : below;
    return this.#keep(this.#handle.request(method, target, body, `calling ${what}()`, then));
  }

  /**
   * As long as an answer is under way somebody waits for it, who may have kept nothing but the
   * promise: this object must not be collected then, as its handle would go with it.
   */
  #keep(answer) {
    const keep = () => void this;
    answer.then(keep, keep);
    return answer;
  }

  /** What elements need of the core and of the client. */
  #elementsPort() {
    const handle = this.#handle;
    return {
      setVideoSize: (sessionId, trackType, width, height) =>
        handle.setVideoSize(sessionId, trackType === 'screenShareTrack', width, height),
      setVisibility: (sessionId, trackType, visibility) =>
        handle.editParticipant(sessionId, tileEdit(trackType, visibility)),
      warn: (message) => handle.host()?.log('warn', message, [], 'rendering'),
    };
  }

  /** What the managers of devices need of the core and of the client. */
  #port() {
    const handle = this.#handle;
    return {
      device: (...order) => handle.device(...order),
      setMedia: (...option) => handle.setMedia(...option),
      setVolume: (...volume) => handle.setVolume(...volume),
      emit: (event) => {
        const told = { ...event, call_cid: this.cid, received_at: new Date() };
        emitTo(this, told);
        handle.host()?.emit(told);
      },
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

function readRequest(request, what) {
  const copy = copyObject(request, what) ?? {};
  // Meant for this side, not for the server.
  delete copy.signal;
  if (copy.data !== undefined) copy.data = callData(copyObject(copy.data, `${what}.data`));
  return copy;
}

/** The arguments of the core's `join`. */
function readJoin(options, what) {
  const request = readRequest(options, what);
  const limits = LIMITS.map((key) => {
    delete request[key];
    return readCount(options, key, what);
  });
  return [request, ...limits];
}
