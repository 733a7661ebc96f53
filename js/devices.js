/**
 * What camera, microphone and shared screen of a call have in common. Types and documentation:
 * `types/devices.d.ts`.
 */
import { disposeOfMediaStream, mediaDevices } from './capture.js';
import { CAMERA, KINDS, SCREEN, setUp } from './device-kinds.js';
import { DeviceList, findDevices, watchDevices } from './device-list.js';
import { permissionOf } from './device-permissions.js';
import { DeviceError, IllegalStateError, invalidArgument } from './errors.js';
import { SfuModels } from './enums.js';
import { abortable, checkObject, promised, readField } from './input.js';
import { Cell, State, defineFields, makeValue } from './observable.js';

/** What the core knows of a device. */
const FIELDS = [
  'status',
  'optimisticStatus',
  'mediaStream',
  'rootMediaStream',
  'error',
  'selectedDevice',
];
/** What the browser knows. */
const PERMISSION_FIELDS = [
  'hasBrowserPermission',
  'browserPermissionState',
  'isPromptingPermission',
];

/** Orders to a device, in the order in which the core numbers them. */
export const [DISABLE, ENABLE, TOGGLE, RESUME, RENEW, SELECT] = [0, 1, 2, 3, 4, 5];
/** The same for options. */
export const [STOP_ON_LEAVE, SCREEN_AUDIO, AUDIO_PROFILE, SCREEN_LIMITS] = [0, 1, 2, 3];

const INPUTS = ['videoinput', 'audioinput'];

/** For this package, not for apps: gives an order to a device. */
export let orderTo;
/** For this package, not for apps: what the user had chosen on an earlier visit. */
export let recall;
/** For this package, not for apps: adds a device whose streams the app makes. */
export let addVirtual;

export class DeviceState extends State {
  static {
    defineFields(this, [...FIELDS, ...PERMISSION_FIELDS]);
  }

  /**
   * @param {import('./observable.js').Cell} device holds an object with the fields
   * @param {import('./observable.js').Cell} permission
   * @param own further cells by name
   */
  constructor(device, permission, own) {
    const cells = {
      hasBrowserPermission: permission.derive((state) => state !== 'denied'),
      browserPermissionState: permission,
      isPromptingPermission: permission.derive((state) => state === 'prompting'),
      ...own,
    };
    for (const name of FIELDS) {
      cells[name] = device.derive((values, before) => keepSame(values?.[name], before));
    }
    super(
      cells,
      Cell.from(Object.values(cells), () => ({})),
    );
  }
}

/**
 * What managers share.
 *
 * @typedef {{ device, setMedia, emit, host }} Port gives orders to the core
 */
export class DeviceManager {
  static {
    orderTo = (manager, ...order) => manager.#order(...order);
    recall = (manager) => manager.#recall();
    addVirtual = (manager, device, what) => manager.#addVirtual(device, what);
  }

  #kind;
  #port;
  #filters = [];
  #virtual = new Map();
  #constraints = {};
  #extraConstraints;
  #stopOnLeave = true;
  #pending = new Set();
  /** What `disable()` does with the capture: `stop-tracks` or `disable-tracks`. */
  disableMode = 'stop-tracks';

  /**
   * @param {number} kind place in {@link KINDS}
   * @param {import('./observable.js').Cell} device
   * @param {Port} port
   * @param {typeof DeviceState} State
   * @param own further cells of the state
   * @param extraConstraints gives what to ask for besides
   */
  constructor(kind, device, port, State, own = {}, extraConstraints = () => ({})) {
    this.#kind = kind;
    this.#port = port;
    const permission = kind === SCREEN ? makeValue('prompt').cell : permissionOf(kind).cell;
    this.#extraConstraints = extraConstraints;
    this.state = new State(device, permission, own);
    setUp(this, () => this.#setup());
    if (kind !== SCREEN) followDevices(this, port);
  }

  get stopOnLeave() {
    return this.#stopOnLeave;
  }

  set stopOnLeave(stops) {
    this.#stopOnLeave = Boolean(stops);
    this.#port.setMedia(STOP_ON_LEAVE, this.#kind, Number(this.#stopOnLeave), 0);
  }

  enable(options) {
    return promised(() =>
      abortable(
        options,
        'enable',
        () => this.#remembered(this.#order(ENABLE)),
        () => this.disable(),
      ),
    );
  }

  disable(options) {
    return this.#remembered(this.#order(DISABLE, this.#keeps(options)));
  }

  toggle() {
    return this.#remembered(this.#order(TOGGLE, this.#keeps()));
  }

  resume() {
    return this.#order(RESUME);
  }

  select(deviceId) {
    return promised(() => {
      if (deviceId !== undefined && typeof deviceId !== 'string') {
        throw invalidArgument('select: the id of the device is no string');
      }
      return this.#remembered(this.#order(SELECT, false, deviceId || undefined));
    });
  }

  listDevices(options) {
    return new DeviceList(() => this.devices(options));
  }

  devices(options) {
    return promised(() => abortable(options, 'devices', () => this.#list(options)));
  }

  async #list(options) {
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
    const renew = () => this.#order(RENEW, false);
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

  #setup() {
    return {
      filters: this.#filters,
      constraints: { ...this.#constraints, ...this.#extraConstraints() },
      virtual: this.#virtual,
      warn: (message, details) => this.#port.host()?.log('warn', message, [details], 'devices'),
    };
  }

  /** Gives an order to the device; resolves when it is carried out. */
  #order(order, flag, deviceId, isBack) {
    const settled = this.#port.device(this.#kind, order, flag, deviceId, isBack).catch((error) => {
      throw this.#describe(error, deviceId);
    });
    this.#pending.add(settled);
    const forget = () => this.#pending.delete(settled);
    settled.then(forget, forget);
    return settled;
  }

  /** Keeps what the user has chosen for the next visit; what happens by itself is not kept. */
  #remembered(done) {
    done
      .then(
        () => this.#remember(),
        () => {},
      )
      .catch((error) => this.#setup().warn('the choice of a device was not kept', error));
    return done;
  }

  async #remember() {
    const { selectedDevice, optimisticStatus } = this.state;
    const preferences = this.#port.host()?.preferences;
    if (!preferences || this.#kind === SCREEN) return;
    if ((await permissionOf(this.#kind).query()) !== 'granted') return;
    const devices = await findDevices(INPUTS[this.#kind]);
    const device = devices.find((device) => device.deviceId === selectedDevice);
    // Devices of the app are new with each visit.
    if (selectedDevice && !device) return;
    const isMuted = optimisticStatus !== 'enabled';
    preferences.remember(KINDS[this.#kind], selectedDevice, device?.label, isMuted);
  }

  async #recall() {
    const preferences = this.#port.host()?.preferences;
    if (!preferences || (await permissionOf(this.#kind).query()) !== 'granted') return {};
    return preferences.recall(KINDS[this.#kind], await findDevices(INPUTS[this.#kind]));
  }

  #addVirtual(device, what) {
    checkObject(device, what);
    const label = readField(device, 'label', 'string', what) ?? 'virtual device';
    const getUserMedia = readField(device, 'getUserMedia', 'function', what);
    if (!getUserMedia) throw invalidArgument(`${what}: getUserMedia is missing`);
    const deviceId = crypto.randomUUID();
    this.#virtual.set(deviceId, { label, getUserMedia });
    const unregister = async () => {
      this.#virtual.delete(deviceId);
      if (this.state.selectedDevice !== deviceId) return;
      await this.#order(DISABLE, false);
      await this.#order(SELECT, false, undefined);
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

  #describe(error, deviceId) {
    if (error instanceof DeviceError) {
      error.kind = KINDS[this.#kind];
      error.deviceId = deviceId ?? this.state.selectedDevice;
    }
    return error;
  }
}

/** @param {Port} port */
export async function setProfile(manager, kind, port, profile) {
  if (!Object.values(SfuModels.AudioBitrateProfile).includes(profile)) {
    throw invalidArgument('setAudioBitrateProfile: no profile of SfuModels.AudioBitrateProfile');
  }
  if (!port.settings()?.audio.hifi_audio_enabled) {
    throw unsupported('the settings of the call do not allow it: audio.hifi_audio_enabled');
  }
  port.setMedia(AUDIO_PROFILE, kind, profile, 0);
  await manager.statusChangeSettled();
}

/** The failure for what this device, or this call, does not have. */
export function unsupported(message) {
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
function followDevices(manager, port) {
  const known = new WeakRef(manager);
  const emit = emitWeakly(new WeakRef(port));
  let before = [];
  const stop = watchDevices(async () => {
    const current = known.deref();
    if (!current) return stop();
    const last = before;
    before = await current.devices({ prompt: false });
    await onDevicesChanged(current, last, before, emit);
  });
  findDevices().then(
    (devices) => {
      if (before.length === 0) before = devices;
    },
    () => {},
  );
}

function emitWeakly(port) {
  return (event) => port.deref()?.emit(event);
}

async function onDevicesChanged(manager, last, now, emit) {
  const { selectedDevice, optimisticStatus, status } = manager.state;
  const find = (devices) => devices.find((device) => device.deviceId === selectedDevice);
  const [was, is] = [find(last), find(now)];
  if (!selectedDevice || !was) return;
  if (!is) {
    const { deviceId, label, kind } = was;
    emit({ type: 'device.disconnected', status, deviceId, label, kind });
    if (optimisticStatus === 'enabled') await orderTo(manager, DISABLE, false);
    await orderTo(manager, SELECT, false, undefined);
  } else if (is.groupId !== was.groupId) {
    await orderTo(manager, RENEW, true);
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
