/**
 * Where and how loud the others are heard. Types and documentation: `types/devices.d.ts`.
 */
import { DeviceList, findDevices, watchDevices } from './device-list.js';
import { invalidArgument } from './errors.js';
import { promised } from './input.js';
import { Cell, State, defineFields, makeValue } from './observable.js';

const FIELDS = ['selectedDevice', 'volume'];

/** For this package, not for apps: plays an element on a speaker; what it returns ends that. */
export let playOn;
/** For this package, not for apps: uses the choice of the last visit, unless the app has chosen. */
export let recallSpeaker;

export class SpeakerState extends State {
  static {
    defineFields(this, FIELDS);
  }

  constructor(cells) {
    super(
      cells,
      Cell.from(Object.values(cells), () => ({})),
    );
  }

  get isDeviceSelectionSupported() {
    return 'setSinkId' in (globalThis.HTMLMediaElement?.prototype ?? {});
  }
}

export class SpeakerManager {
  static {
    playOn = (speaker, element, sessionId) => speaker.#attach(element, sessionId);
    recallSpeaker = (speaker) => speaker.#recall();
  }

  #device = makeValue('');
  #volume = makeValue(1);
  #volumes = new Map();
  #elements = new Map();
  #port;
  #isTouched = false;

  constructor(port) {
    this.#port = port;
    this.state = new SpeakerState({
      selectedDevice: this.#device.cell,
      volume: this.#volume.cell,
    });
    const known = new WeakRef(this);
    const stop = watchDevices(async () => {
      const speaker = known.deref();
      if (!speaker) return stop();
      const id = speaker.#device.cell.value;
      const devices = await findDevices('audiooutput');
      // Unplugged: the browser is silent until it is told to use another one.
      if (id && !devices.some((device) => device.deviceId === id)) await speaker.#use('');
    });
  }

  listDevices() {
    return new DeviceList(() => this.devices());
  }

  devices() {
    return findDevices('audiooutput');
  }

  select(deviceId) {
    return promised(async () => {
      if (typeof deviceId !== 'string') throw invalidArgument('select: the id is no string');
      this.#isTouched = true;
      await this.#use(deviceId);
      const device = (await this.devices()).find((device) => device.deviceId === deviceId);
      const preferences = this.#port.host()?.preferences;
      if (device?.label) preferences?.remember('speaker', deviceId, device.label);
    });
  }

  setVolume(volume) {
    checkVolume('setVolume', volume);
    this.#volume.set(volume);
    this.#applyVolumes();
  }

  setParticipantVolume(sessionId, volume) {
    if (volume !== undefined) checkVolume('setParticipantVolume', volume);
    this.#volumes.set(sessionId, volume);
    this.#port.setVolume(sessionId, volume);
    this.#applyVolumes();
  }

  async #recall() {
    const preferences = this.#port.host()?.preferences;
    const { deviceId } = preferences?.recall('speaker', await this.devices()) ?? {};
    if (deviceId && !this.#isTouched) await this.#use(deviceId);
  }

  #attach(element, sessionId) {
    this.#elements.set(element, sessionId);
    this.#applyVolumes();
    if (this.#device.cell.value) void this.#route(element, this.#device.cell.value);
    return () => this.#elements.delete(element);
  }

  async #use(deviceId) {
    this.#device.set(deviceId);
    await Promise.all([...this.#elements.keys()].map((element) => this.#route(element, deviceId)));
  }

  async #route(element, deviceId) {
    try {
      await element.setSinkId?.(deviceId);
    } catch (error) {
      const message = 'an element could not be played on the device';
      this.#port.host()?.log('warn', message, [error], 'devices');
    }
  }

  #applyVolumes() {
    for (const [element, sessionId] of this.#elements) {
      element.volume = this.#volumes.get(sessionId) ?? this.#volume.cell.value;
    }
  }
}

function checkVolume(what, volume) {
  if (!(typeof volume === 'number' && volume >= 0 && volume <= 1)) {
    throw invalidArgument(`${what}: the volume is not between 0 and 1`);
  }
}
