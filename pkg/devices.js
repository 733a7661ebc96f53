/**
 * Camera, microphone and shared screen of a call. Types and documentation: `types/devices.d.ts`.
 */
import { KINDS, disposeOfMediaStream, mediaDevices } from './capture.js';
import { DeviceList, findDevices, watchDevices } from './device-list.js';
import { permissionOf } from './device-permissions.js';
import { DeviceError, IllegalStateError, invalidArgument } from './errors.js';
import { SfuModels } from './enums.js';
import { checkObject, promised, readField } from './input.js';
import { defineFields, makeValue } from './observable.js';
import { listenBeside, watchCapture, whileWanted } from './sound.js';

/** What the core knows of a device. */
const FIELDS = [
  'status',
  'optimisticStatus',
  'mediaStream',
  'rootMediaStream',
  'error',
  'selectedDevice',
  'direction',
];
/** What the browser knows. */
const PERMISSION_FIELDS = [
  'hasBrowserPermission',
  'browserPermissionState',
  'isPromptingPermission',
];
/** What is known here. */
const OWN_FIELDS = ['speakingWhileMuted', 'audioEnabled'];

/** Orders to a device, in the order in which the core numbers them. */
const [DISABLE, ENABLE, TOGGLE, RESUME, RENEW, SELECT] = [0, 1, 2, 3, 4, 5];
/** The same for options. */
const [STOP_ON_LEAVE, SCREEN_AUDIO, AUDIO_PROFILE, SCREEN_LIMITS] = [0, 1, 2, 3];

const [CAMERA, MICROPHONE, SCREEN] = KINDS.keys();
const INPUTS = ['videoinput', 'audioinput'];

export class DeviceState {
  #cells;

  static {
    const names = [...FIELDS, ...PERMISSION_FIELDS, ...OWN_FIELDS];
    defineFields(this, names, (state) => state.#cells);
  }

  /**
   * @param {import('./observable.js').Cell} device holds an object with the fields
   * @param {import('./observable.js').Cell} permission
   * @param own cells by name
   */
  constructor(device, permission, own) {
    const isAsking = (state) => state === 'prompting';
    this.#cells = {
      hasBrowserPermission: permission.derive((state) => state !== 'denied'),
      browserPermissionState: permission,
      isPromptingPermission: permission.derive(isAsking),
      ...own,
    };
    for (const name of FIELDS) {
      this.#cells[name] = device.derive((values, before) => keepSame(values[name], before));
    }
    for (const name of OWN_FIELDS) this.#cells[name] ??= makeValue(undefined).cell;
  }
}

/**
 * What managers share.
 *
 * @typedef {{ device, setMedia, emit, host }} Port gives orders to the core
 */
export class DeviceManager {
  #kind;
  #port;
  #filters = [];
  #virtual = new Map();
  #constraints = {};
  #stopOnLeave = true;
  #pending = new Set();
  /** What `disable()` does with the capture: `stop-tracks` or `disable-tracks`. */
  disableMode = 'stop-tracks';

  /**
   * @param {number} kind place in {@link KINDS}
   * @param {import('./observable.js').Cell} device
   * @param {Port} port
   */
  constructor(kind, device, port, own = {}) {
    this.#kind = kind;
    this.#port = port;
    const permission = kind === SCREEN ? makeValue('prompt').cell : permissionOf(kind).cell;
    this.state = new DeviceState(device, permission, own);
    if (kind !== SCREEN) followDevices(this);
  }

  /** For `openCapture`: how this app wants the device opened. */
  get setup() {
    return {
      filters: this.#filters,
      constraints: { ...this.#constraints, ...this.extraConstraints },
      virtual: this.#virtual,
      warn: (message, details) => this.#port.host()?.log('warn', message, [details]),
    };
  }

  get stopOnLeave() {
    return this.#stopOnLeave;
  }

  set stopOnLeave(stops) {
    this.#stopOnLeave = Boolean(stops);
    this.option(STOP_ON_LEAVE, this.#stopOnLeave);
  }

  enable() {
    return this.#remembered(this.order(ENABLE));
  }

  disable(options) {
    return this.#remembered(this.order(DISABLE, this.#keeps(options)));
  }

  toggle() {
    return this.#remembered(this.order(TOGGLE, this.#keeps()));
  }

  resume() {
    return this.order(RESUME);
  }

  select(deviceId) {
    return promised(() => {
      if (deviceId !== undefined && typeof deviceId !== 'string') {
        throw invalidArgument('select: the id of the device is no string');
      }
      return this.#remembered(this.order(SELECT, false, deviceId || undefined));
    });
  }

  listDevices(options) {
    return new DeviceList(() => this.devices(options));
  }

  async devices(options) {
    const prompt = readField(options, 'prompt', 'boolean', 'devices') ?? true;
    let devices = await this.#find();
    if (prompt && devices.some((device) => !device.label) && (await this.#mayAsk())) {
      const media = { [this.#kind === CAMERA ? 'video' : 'audio']: true };
      const ask = () => mediaDevices().getUserMedia(media);
      disposeOfMediaStream(await permissionOf(this.#kind).ask(ask));
      devices = await this.#find();
    }
    return devices;
  }

  async statusChangeSettled() {
    while (this.#pending.size > 0) await Promise.allSettled([...this.#pending]);
    if (this.state.status === this.state.optimisticStatus) return;
    await new Promise((resolve) => {
      const subscription = this.state.optimisticStatus$.subscribe(check);
      const other = this.state.status$.subscribe(check);
      const state = this.state;
      function check() {
        if (state.status !== state.optimisticStatus) return;
        resolve();
        // Called at once when it subscribes.
        queueMicrotask(() => {
          subscription.unsubscribe();
          other.unsubscribe();
        });
      }
    });
  }

  setDefaultConstraints(constraints) {
    checkObject(constraints, 'setDefaultConstraints');
    this.#constraints = { ...constraints };
  }

  registerFilter(filter) {
    if (typeof filter !== 'function') throw invalidArgument('registerFilter: no function');
    const renew = () => this.order(RENEW, false);
    // Another entry each time, as one function may be registered twice.
    const entry = (stream) => filter(stream);
    this.#filters = [...this.#filters, entry];
    return {
      registered: renew(),
      unregister: () => {
        this.#filters = this.#filters.filter((known) => known !== entry);
        return renew();
      },
    };
  }

  /** Gives an order to the device; resolves when it is carried out. */
  order(order, flag, deviceId, isBack) {
    const settled = this.#port.device(this.#kind, order, flag, deviceId, isBack).catch((error) => {
      throw this.#describe(error, deviceId);
    });
    this.#pending.add(settled);
    const forget = () => this.#pending.delete(settled);
    settled.then(forget, forget);
    return settled;
  }

  option(option, value, other) {
    this.#port.setMedia(option, this.#kind, Number(value), other ?? 0);
  }

  emit(event) {
    this.#port.emit(event);
  }

  /** Device and name of what the user has chosen, for the next visit. */
  async remember() {
    const { selectedDevice, optimisticStatus } = this.state;
    const preferences = this.#port.host()?.preferences;
    if (!preferences || this.#kind === SCREEN) return;
    if ((await permissionOf(this.#kind).query()) !== 'granted') return;
    const devices = await findDevices(INPUTS[this.#kind]);
    const label = devices.find((device) => device.deviceId === selectedDevice)?.label;
    preferences.remember(KINDS[this.#kind], selectedDevice, label, optimisticStatus !== 'enabled');
  }

  /** What the user had chosen on an earlier visit, as far as this browser still has it. */
  async recall() {
    const preferences = this.#port.host()?.preferences;
    if (!preferences || (await permissionOf(this.#kind).query()) !== 'granted') return {};
    return preferences.recall(KINDS[this.#kind], await findDevices(INPUTS[this.#kind]));
  }

  /** A kind of device whose streams the app makes. */
  addVirtual(device, what) {
    checkObject(device, what);
    const label = readField(device, 'label', 'string', what) ?? 'virtual device';
    const getUserMedia = readField(device, 'getUserMedia', 'function', what);
    if (!getUserMedia) throw invalidArgument(`${what}: getUserMedia is missing`);
    const deviceId = crypto.randomUUID();
    this.#virtual.set(deviceId, { label, getUserMedia });
    const unregister = async () => {
      this.#virtual.delete(deviceId);
      if (this.state.selectedDevice !== deviceId) return;
      await this.order(DISABLE, false);
      await this.order(SELECT, false, undefined);
    };
    return { deviceId, unregister };
  }

  async #find() {
    const kind = INPUTS[this.#kind];
    const virtual = [...this.#virtual].map(([deviceId, { label }]) => {
      const device = { deviceId, label, kind, groupId: '' };
      return { ...device, toJSON: () => device };
    });
    return kind ? [...(await findDevices(kind)), ...virtual] : [];
  }

  async #mayAsk() {
    return (await permissionOf(this.#kind).query()) !== 'denied';
  }

  #keeps(options) {
    const given = typeof options === 'boolean' ? options : options?.forceStop;
    return this.disableMode === 'disable-tracks' && !given;
  }

  /** What the user chose is kept for the next visit; what happens by itself is not. */
  #remembered(done) {
    done
      .then(
        () => this.remember(),
        () => {},
      )
      .catch((error) => this.setup.warn('the choice of a device was not kept', error));
    return done;
  }

  #describe(error, deviceId) {
    if (error instanceof DeviceError) {
      error.kind = KINDS[this.#kind];
      error.deviceId = deviceId ?? this.state.selectedDevice;
    }
    return error;
  }
}

export class CameraManager extends DeviceManager {
  constructor(device, port) {
    super(CAMERA, device, port);
  }

  registerVirtualDevice(device) {
    return this.addVirtual(device, 'registerVirtualDevice');
  }

  flip() {
    return this.selectDirection(this.state.direction === 'back' ? 'front' : 'back');
  }

  selectDirection(direction, options) {
    return promised(async () => {
      if (direction !== 'front' && direction !== 'back') {
        throw invalidArgument('selectDirection: neither front nor back');
      }
      const enable = readField(options, 'enableCamera', 'boolean', 'selectDirection') ?? false;
      if (!/Mobi|Android|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '')) {
        this.setup.warn('cameras have a direction on phones only');
        return;
      }
      await this.order(SELECT, false, undefined, direction === 'back');
      if (enable) await this.enable();
    });
  }
}

export class MicrophoneManager extends DeviceManager {
  #port;
  #call;
  #silenceThreshold = 5000;
  #notifies = false;
  #watchCapture;
  #listen;

  /** @param call the state of the call */
  constructor(device, port, call) {
    const speaking = makeValue(false);
    super(MICROPHONE, device, port, { speakingWhileMuted: speaking.cell });
    this.#port = port;
    this.#call = call;
    const warn = (error) => this.setup.warn('the microphone could not be listened to', error);
    this.#watchCapture = whileWanted(
      (stream) => watchCapture(stream, this.#silenceThreshold, (hears) => this.#report(hears)),
      warn,
    );
    this.#listen = whileWanted((deviceId) => listenBeside(deviceId, speaking.set), warn);
    const update = () => this.#update();
    this.state.mediaStream$.subscribe(update);
    this.state.status$.subscribe(update);
    call.callingState$.subscribe(update);
    call.ownCapabilities$.subscribe(update);
  }

  enableSpeakingWhileMutedNotification() {
    return promised(async () => {
      this.#notifies = true;
      await this.#update();
    });
  }

  disableSpeakingWhileMutedNotification() {
    return promised(async () => {
      this.#notifies = false;
      await this.#update();
    });
  }

  setSilenceThreshold(threshold) {
    if (typeof threshold !== 'number') throw invalidArgument('setSilenceThreshold: no number');
    this.#silenceThreshold = threshold;
    void this.#watchCapture(undefined);
    void this.#update();
  }

  registerVirtualDevice(device) {
    return this.addVirtual(device, 'registerVirtualDevice');
  }

  setAudioBitrateProfile(profile) {
    return promised(() => setProfile(this, this.#port, profile));
  }

  #update() {
    // Cells tell their value while this is being made.
    const { status, mediaStream, selectedDevice } = this.state;
    const { callingState, ownCapabilities } = this.#call;
    const isOn = status === 'enabled' && this.#silenceThreshold > 0;
    const isMuted =
      this.#notifies &&
      status === 'disabled' &&
      callingState === 'joined' &&
      ownCapabilities.includes('send-audio');
    const hears = 'AudioContext' in globalThis;
    return Promise.all([
      this.#watchCapture(isOn && hears ? mediaStream : undefined),
      this.#listen(isMuted && hears ? (selectedDevice ?? '') : undefined),
    ]);
  }

  #report(capturesAudio) {
    const { selectedDevice: deviceId, mediaStream } = this.state;
    const label = mediaStream?.getAudioTracks()[0]?.label;
    this.emit({ type: 'mic.capture_report', capturesAudio, deviceId, label });
  }
}

export class ScreenShareManager extends DeviceManager {
  #port;
  #audio;
  #settings = { maxFramerate: 30, maxBitrate: 3_000_000, contentHint: '' };

  constructor(device, port) {
    const audio = makeValue(true);
    super(SCREEN, device, port, { audioEnabled: audio.cell });
    this.#audio = audio;
    this.#port = port;
  }

  get extraConstraints() {
    const { maxFramerate, contentHint } = this.#settings;
    return { maxFramerate, contentHint };
  }

  select() {
    return Promise.reject(unsupported('the user selects the screen, not the app'));
  }

  enableScreenShareAudio() {
    return this.#setAudio(true);
  }

  disableScreenShareAudio() {
    return this.#setAudio(false);
  }

  getSettings() {
    return { ...this.#settings };
  }

  setSettings(settings) {
    checkObject(settings, 'setSettings');
    for (const key of ['maxFramerate', 'maxBitrate']) {
      const value = readField(settings, key, 'number', 'setSettings') ?? this.#settings[key];
      if (!(value > 0)) throw invalidArgument(`setSettings.${key} is not greater than 0`);
      this.#settings[key] = Math.round(value);
    }
    const hint = readField(settings, 'contentHint', 'string', 'setSettings');
    this.#settings.contentHint = hint ?? this.#settings.contentHint;
    for (const track of this.state.mediaStream?.getVideoTracks() ?? []) {
      track.contentHint = this.#settings.contentHint;
    }
    this.option(SCREEN_LIMITS, this.#settings.maxFramerate, this.#settings.maxBitrate);
  }

  setAudioBitrateProfile(profile) {
    return promised(() => setProfile(this, this.#port, profile));
  }

  async #setAudio(isOn) {
    this.#audio.set(isOn);
    this.option(SCREEN_AUDIO, isOn);
  }
}

async function setProfile(manager, port, profile) {
  if (!Object.values(SfuModels.AudioBitrateProfile).includes(profile)) {
    throw invalidArgument('setAudioBitrateProfile: no profile of SfuModels.AudioBitrateProfile');
  }
  if (!port.settings()?.audio.hifi_audio_enabled) {
    throw unsupported('the settings of the call do not allow it: audio.hifi_audio_enabled');
  }
  manager.option(AUDIO_PROFILE, profile);
  await manager.statusChangeSettled();
}

function unsupported(message) {
  return new IllegalStateError(message, {
    code: 'illegal-state',
    category: 'state',
    hint: 'The message says what is missing.',
    retryable: false,
    unrecoverable: true,
    attempts: Object.freeze([]),
  });
}

/**
 * A selected device that is unplugged goes off, and is not selected any more; another one under the
 * same id takes its place. The page's list must not keep the manager of a call that nobody uses.
 */
function followDevices(manager) {
  const known = new WeakRef(manager);
  let before = [];
  const stop = watchDevices(async () => {
    const current = known.deref();
    if (!current) return stop();
    const last = before;
    before = await current.devices({ prompt: false });
    await onDevicesChanged(current, last, before);
  });
  findDevices().then(
    (devices) => {
      if (before.length === 0) before = devices;
    },
    () => {},
  );
}

async function onDevicesChanged(manager, last, now) {
  const { selectedDevice, optimisticStatus, status } = manager.state;
  const find = (devices) => devices.find((device) => device.deviceId === selectedDevice);
  const [was, is] = [find(last), find(now)];
  if (!selectedDevice || !was) return;
  if (!is) {
    const { deviceId, label, kind } = was;
    manager.emit({ type: 'device.disconnected', status, deviceId, label, kind });
    if (optimisticStatus === 'enabled') await manager.order(DISABLE, false);
    await manager.order(SELECT, false, undefined);
  } else if (is.groupId !== was.groupId) {
    await manager.order(RENEW, true);
  }
}

/** A failure is made anew each time the device is read, so equal ones must keep their identity. */
function keepSame(value, before) {
  const same =
    value instanceof Error &&
    before instanceof Error &&
    value.code === before.code &&
    value.message === before.message &&
    value.cause === before.cause;
  return same ? before : value;
}
