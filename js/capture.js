/**
 * Opens what a call captures. The core decides when, and which of several openings counts; here are
 * the steps in the browser.
 */
import { CAMERA, KINDS, MICROPHONE, SCREEN, setupOf } from './device-kinds.js';
import { permissionOf } from './device-permissions.js';
import { findDevices } from './device-list.js';
import { SfuModels } from './enums.js';
import { makeDeviceError } from './errors.js';

/**
 * Something that is captured, until it is stopped. Tells `ended`, `mute` and `unmute` of its source.
 */
export class Capture extends EventTarget {
  /** What the device delivers. */
  root;
  /** The same after the filters. */
  stream;
  #stops;
  #kind;
  #deviceId;

  /** @param {(() => void)[]} stops what ends the filters and the source */
  constructor(kind, root, stream, stops, deviceId) {
    super();
    this.#kind = kind;
    this.root = root;
    this.stream = stream;
    this.#stops = stops;
    this.#deviceId = deviceId;
    const source = this.#find(root, false);
    for (const name of ['ended', 'mute', 'unmute']) {
      source?.addEventListener(name, () => this.dispatchEvent(new Event(name)));
    }
  }

  /** The track of the device, or the sound that came with a screen. */
  track(isSound) {
    return this.#find(this.stream, isSound) ?? this.#find(this.root, isSound);
  }

  /** Track id, width, height, id of the track with the sound, device id. */
  describe() {
    const track = this.track(false);
    const { width, height } = this.#kind === MICROPHONE ? {} : track.getSettings();
    const sound = this.#kind === SCREEN ? this.track(true)?.id : undefined;
    return [track.id, width, height, sound, this.#deviceId];
  }

  /** Delivers nothing, or something again. */
  silence(isSilent) {
    for (const stream of [this.root, this.stream]) {
      for (const track of stream.getTracks()) track.enabled = !isSilent;
    }
  }

  stop() {
    for (const stop of this.#stops) attempt(stop);
  }

  #find(stream, isSound) {
    const sound = stream.getAudioTracks()[0];
    return isSound || this.#kind === MICROPHONE ? sound : (stream.getVideoTracks()[0] ?? sound);
  }
}

/** A stream of the app: it is published, but neither filtered nor stopped. */
export function adoptStream(trackType, stream) {
  const { AUDIO, VIDEO, SCREEN_SHARE_AUDIO } = SfuModels.TrackType;
  const kind = trackType === VIDEO ? CAMERA : trackType === AUDIO ? MICROPHONE : SCREEN;
  // Sound by itself is a source of its own.
  const sound = trackType === SCREEN_SHARE_AUDIO;
  return new Capture(sound ? MICROPHONE : kind, stream, stream, [], undefined);
}

/**
 * @param call whose managers know filters, constraints and virtual devices; may be missing
 * @param {number} kind place in {@link KINDS}
 * @param {boolean} isMusic whether the sound is to be left as it is
 * @param {Capture | undefined} source what to take the source from, instead of asking again
 * @param {AbortSignal} [signal] turns the device off at once, also while a filter takes its time
 */
export async function openCapture(
  call,
  kind,
  width,
  height,
  facing,
  deviceId,
  isMusic,
  withSound,
  source,
  signal,
) {
  const setup = call ? setupOf(call[KINDS[kind]]) : {};
  const { filters = [], constraints = {}, virtual, warn } = setup;
  const stops = [];
  let root;
  if (source) {
    root = new MediaStream(source.root.getTracks().map((track) => track.clone()));
  } else if (kind === SCREEN) {
    root = await openScreen(width, height, withSound, constraints);
  } else {
    const wishes = { ...WISHES[kind]({ width, height, facing, isMusic }), ...constraints };
    const device = virtual?.get(deviceId);
    if (device) {
      const opened = await device.getUserMedia({ [MEDIA[kind]]: wishes });
      root = opened.stream;
      if (opened.stop) stops.push(() => opened.stop());
    } else {
      root = await openDevice(kind, wishes, deviceId);
    }
  }
  const turnOff = () => disposeOfMediaStream(root);
  stops.push(turnOff);
  if (signal?.aborted) turnOff();
  else signal?.addEventListener('abort', turnOff, { once: true });

  let stream = root;
  for (const filter of filters) {
    try {
      const filtered = await filter(stream);
      const output = await filtered.output;
      stops.unshift(
        () => filtered.stop?.(),
        () => disposeOfMediaStream(output),
      );
      stream = output;
    } catch (error) {
      warn('a filter failed and is left out', error);
    }
  }
  if (kind !== SCREEN && root.getTracks().length === 0) {
    throw new DOMException('', 'NotFoundError');
  }
  const id = source ? source.describe()[4] : await realId(kind, root, virtual, deviceId);
  return new Capture(kind, root, stream, stops, id);
}

/** Stops all tracks. */
export function disposeOfMediaStream(stream) {
  for (const track of stream.getTracks()) track.stop();
}

/** `getUserMedia` of this page; what it throws says why there is none. */
export function mediaDevices() {
  const devices = globalThis.navigator?.mediaDevices;
  if (devices) return devices;
  // Pages have it that were loaded safely.
  throw new DOMException('', globalThis.isSecureContext ? 'NotSupportedError' : 'SecurityError');
}

export async function getAudioStream(constraints = true) {
  return openFreely(MICROPHONE, constraints);
}

export async function getVideoStream(constraints = true) {
  return openFreely(CAMERA, constraints);
}

export async function getScreenShareStream(options) {
  try {
    return await mediaDevices().getDisplayMedia(options);
  } catch (thrown) {
    throw makeDeviceError(KINDS[SCREEN], dismissed(thrown));
  }
}

async function openFreely(kind, constraints) {
  try {
    const media = { [MEDIA[kind]]: constraints };
    return await permissionOf(kind).ask(() => mediaDevices().getUserMedia(media));
  } catch (thrown) {
    throw makeDeviceError(KINDS[kind], dismissed(thrown));
  }
}

const MEDIA = ['video', 'audio'];

const WISHES = [
  ({ width, height, facing }) => ({
    ...(width && { width: { ideal: width }, height: { ideal: height } }),
    ...(facing && { facingMode: facing }),
  }),
  ({ isMusic }) => ({
    echoCancellation: !isMusic,
    noiseSuppression: !isMusic,
    autoGainControl: !isMusic,
    ...(isMusic && { channelCount: { ideal: 2 } }),
  }),
];

/** Opens a camera or microphone; whatever there is, rather than nothing. */
async function openDevice(kind, wishes, deviceId) {
  const devices = mediaDevices();
  const open = (wishes) =>
    permissionOf(kind).ask(() => devices.getUserMedia({ [MEDIA[kind]]: wishes }));
  const attempts = [wishes, true];
  // The device and the way a camera looks exclude each other.
  const { facingMode: _, ...rest } = wishes;
  if (deviceId) attempts.unshift({ ...rest, deviceId: { exact: deviceId } });
  for (;;) {
    const attempt = attempts.shift();
    try {
      return await open(attempt);
    } catch (thrown) {
      const { name } = thrown ?? {};
      const byName = name === 'NotFoundError' && attempt.deviceId;
      if (attempts.length === 0 || !(byName || name === 'OverconstrainedError')) {
        throw dismissed(thrown);
      }
    }
  }
}

async function openScreen(width, height, withSound, { contentHint, maxFramerate, ...rest }) {
  const devices = mediaDevices();
  if (!devices.getDisplayMedia) throw new DOMException('', 'NotSupportedError');
  const sound = { channelCount: { ideal: 2 } };
  for (const key of ['echoCancellation', 'noiseSuppression', 'autoGainControl']) sound[key] = false;
  const wishes = {
    video: { width: { max: width }, height: { max: height }, frameRate: { ideal: maxFramerate } },
    audio: withSound && { ...sound, restrictOwnAudio: true },
    systemAudio: withSound ? 'include' : 'exclude',
    ...rest,
  };
  try {
    const stream = await devices.getDisplayMedia(wishes);
    const [track] = stream.getVideoTracks();
    if (contentHint && track) track.contentHint = contentHint;
    return stream;
  } catch (thrown) {
    // The user closed the list of screens, unless it was the system that refused.
    const isDismissed = thrown?.name === 'NotAllowedError' && !/system/i.test(thrown.message);
    throw isDismissed ? asDismissed(thrown) : thrown;
  }
}

/** Browsers tell a question that was closed from one that was denied by the message alone. */
function dismissed(thrown) {
  const isDismissed = thrown?.name === 'NotAllowedError' && /dismiss/i.test(thrown.message);
  return isDismissed ? asDismissed(thrown) : thrown;
}

function asDismissed(thrown) {
  return new DOMException(thrown.message, 'PermissionDismissedError');
}

/** Browsers may say `default` for a device that has an id. */
async function realId(kind, root, virtual, deviceId) {
  if (virtual?.has(deviceId)) return deviceId;
  if (kind === SCREEN) return undefined;
  const settings = root.getTracks()[0]?.getSettings() ?? {};
  if (settings.deviceId !== 'default') return settings.deviceId;
  const devices = await findDevices(kind === CAMERA ? 'videoinput' : 'audioinput').catch(() => []);
  return devices.find((device) => device.groupId === settings.groupId)?.deviceId ?? 'default';
}

function attempt(run) {
  try {
    run();
  } catch (error) {
    console.error('trunkline: a filter or device could not be stopped', error);
  }
}
