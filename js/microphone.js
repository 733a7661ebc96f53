/**
 * The microphone of a call. Types and documentation: `types/devices.d.ts`.
 */
import { MICROPHONE, setupOf } from './device-kinds.js';
import { DeviceManager, DeviceState, addVirtual, setProfile } from './devices.js';
import { invalidArgument } from './errors.js';
import { promised } from './input.js';
import { defineFields, makeValue } from './observable.js';
import { listenBeside, watchCapture, whileWanted } from './sound.js';

class MicrophoneState extends DeviceState {
  static {
    defineFields(this, ['speakingWhileMuted']);
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
    super(MICROPHONE, device, port, MicrophoneState, { speakingWhileMuted: speaking.cell });
    this.#port = port;
    this.#call = call;
    const warn = (error) => setupOf(this).warn('the microphone could not be listened to', error);
    this.#watchCapture = whileWanted(
      (stream) => watchCapture(stream, this.#silenceThreshold, (hears) => this.#report(hears)),
      warn,
    );
    this.#listen = whileWanted((deviceId) => listenBeside(deviceId, speaking.set), warn);
    const update = () => this.#update();
    this.state.mediaStream$.subscribe(update);
    this.state.status$.subscribe(update);
    this.state.optimisticStatus$.subscribe(update);
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
    return addVirtual(this, device, 'registerVirtualDevice');
  }

  setAudioBitrateProfile(profile) {
    return promised(() => setProfile(this, MICROPHONE, this.#port, profile));
  }

  #update() {
    // Cells tell their value while this is being made.
    const { status, optimisticStatus, mediaStream, selectedDevice } = this.state;
    const { callingState, ownCapabilities } = this.#call;
    const isOn = status === 'enabled' && this.#silenceThreshold > 0;
    const isMuted =
      this.#notifies &&
      // Also when nobody has ever turned it on; but not while it is being opened.
      status !== 'enabled' &&
      optimisticStatus !== 'enabled' &&
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
    this.#port.emit({ type: 'mic.capture_report', capturesAudio, deviceId, label });
  }
}
