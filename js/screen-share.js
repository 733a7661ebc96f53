/**
 * The screen that a call shares. Types and documentation: `types/devices.d.ts`.
 */
import { SCREEN } from './device-kinds.js';
import {
  DeviceManager,
  DeviceState,
  SCREEN_AUDIO,
  SCREEN_LIMITS,
  setProfile,
  unsupported,
} from './devices.js';
import { invalidArgument } from './errors.js';
import { checkObject, promised, readField } from './input.js';
import { defineFields, makeValue } from './observable.js';

class ScreenShareState extends DeviceState {
  static {
    defineFields(this, ['audioEnabled']);
  }
}

export class ScreenShareManager extends DeviceManager {
  #port;
  #audio;
  #settings = { maxFramerate: 30, maxBitrate: 3_000_000, contentHint: '' };

  constructor(device, port) {
    const audio = makeValue(true);
    super(SCREEN, device, port, ScreenShareState, { audioEnabled: audio.cell }, () => {
      const { maxFramerate, contentHint } = this.#settings;
      return { maxFramerate, contentHint };
    });
    this.#audio = audio;
    this.#port = port;
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
    const { maxFramerate, maxBitrate } = this.#settings;
    this.#port.setMedia(SCREEN_LIMITS, SCREEN, maxFramerate, maxBitrate);
  }

  setAudioBitrateProfile(profile) {
    return promised(() => setProfile(this, SCREEN, this.#port, profile));
  }

  async #setAudio(isOn) {
    this.#audio.set(isOn);
    this.#port.setMedia(SCREEN_AUDIO, SCREEN, Number(isOn), 0);
  }
}
