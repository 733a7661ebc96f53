import type { SfuModels } from './enums.js';
import type { DeviceError, VideoError } from './errors.js';
import type { StateObservable, StateSubscription, Subscribable } from './observable.js';

/** Whether a device is on; `undefined` when nobody has touched it. */
export type DeviceStatus = 'enabled' | 'disabled' | undefined;

/** Whether the user lets this page use a kind of device; `prompting` while the browser asks. */
export type BrowserPermissionState = 'granted' | 'denied' | 'prompt' | 'prompting';

/** The values of {@link DeviceState}. */
export interface DeviceValues {
  /** What it does. */
  readonly status: DeviceStatus;
  /** What it will do once everything under way is done: bind buttons to this. */
  readonly optimisticStatus: DeviceStatus;
  /** What it captures, after the filters, while it is on. */
  readonly mediaStream: MediaStream | undefined;
  /** The same before the filters. */
  readonly rootMediaStream: MediaStream | undefined;
  /** The last failure, until the next success. */
  readonly error: DeviceError | VideoError | undefined;
  /** The device that was selected or is in use; its own id also when the browser says `default`. */
  readonly selectedDevice: string | undefined;
  /** `false` when the user, or the page's policy, has refused for good. */
  readonly hasBrowserPermission: boolean;
  /** What the browser says; `prompt` where it cannot be asked, and for screens. */
  readonly browserPermissionState: BrowserPermissionState;
  /** Whether the browser's question is open: show a hint meanwhile. */
  readonly isPromptingPermission: boolean;
}

/** The values of {@link CameraState}. */
export interface CameraValues extends DeviceValues {
  /** Which way the camera of a phone was told to look. */
  readonly direction: CameraDirection | undefined;
}

/** The values of {@link MicrophoneState}. */
export interface MicrophoneValues extends DeviceValues {
  /** See {@link MicrophoneManager.enableSpeakingWhileMutedNotification}. */
  readonly speakingWhileMuted: boolean;
}

/** The values of {@link ScreenShareState}. */
export interface ScreenShareValues extends DeviceValues {
  /** Whether the sound of the screen is published. */
  readonly audioEnabled: boolean;
}

/** The values of {@link SpeakerState}. */
export interface SpeakerValues {
  /** Where the others are heard; `''` for wherever the browser plays sound. */
  readonly selectedDevice: string;
  /** 0 to 1. */
  readonly volume: number;
}

/** Values that can be watched: for each `x` there is an `x$`. */
export type Observed<Values> = Values & {
  readonly [Name in keyof Values as `${string & Name}$`]: StateObservable<Values[Name]>;
};

/** What a device does. */
export interface DeviceState extends Observed<DeviceValues>, Subscribable<DeviceState> {}
/** What the camera does. */
export interface CameraState extends Observed<CameraValues>, Subscribable<CameraState> {}
/** What the microphone does. */
export interface MicrophoneState
  extends Observed<MicrophoneValues>,
    Subscribable<MicrophoneState> {}
/** What the shared screen does. */
export interface ScreenShareState
  extends Observed<ScreenShareValues>,
    Subscribable<ScreenShareState> {}
/** How the others are heard. */
export interface SpeakerState extends Observed<SpeakerValues>, Subscribable<SpeakerState> {
  /** Whether this browser can play sound anywhere but where it wants. */
  readonly isDeviceSelectionSupported: boolean;
}

/** Which way the camera of a phone looks: at the user, or away. */
export type CameraDirection = 'front' | 'back';

/** Devices that are there now, and again after each change. */
export interface DeviceList {
  /** Reads the list and calls back; `error` when the user refuses that devices are named. */
  subscribe(
    observer: ((devices: MediaDeviceInfo[]) => void) | DeviceListObserver,
  ): StateSubscription;
  /** Makes RxJS and others accept this as an observable. */
  [Symbol.observable](): DeviceList;
}

/** Hears of devices. */
export interface DeviceListObserver {
  /** The devices. */
  next?: (devices: MediaDeviceInfo[]) => void;
  /** They could not be read. */
  error?: (error: unknown) => void;
  /** Never called. */
  complete?: () => void;
}

/** How to list devices. */
export interface ListDevicesOptions {
  /** Whether to ask the user, when devices have no names without that. Default `true`. */
  prompt?: boolean;
  /** Gives up waiting. */
  signal?: AbortSignal;
}

/** How to turn a device off. */
export interface DisableDeviceOptions {
  /** Ends the capture whatever {@link DeviceManager.disableMode} says. */
  forceStop?: boolean;
}

/** What a filter makes of a stream. */
export interface MediaFilterResult {
  /** The stream to use. */
  output: MediaStream | Promise<MediaStream>;
  /** Called when it is not needed any more. */
  stop?: () => void;
}

/** Changes what a device captures. One that throws is left out, with a warning. */
export type MediaFilter = (input: MediaStream) => MediaFilterResult | Promise<MediaFilterResult>;

/** A filter in use. */
export interface FilterRegistration {
  /** Resolves when it is in effect; at once when the device is off. */
  registered: Promise<void>;
  /** Takes it out again. */
  unregister: () => Promise<void>;
}

/** A device whose streams the app makes. */
export interface VirtualDevice {
  /** To be shown in lists. */
  label: string;
  /** Makes a stream; `stop` is called when it is not needed any more. */
  getUserMedia(
    constraints: MediaStreamConstraints,
  ): Promise<{ stream: MediaStream; stop?: () => void }>;
}

/** A virtual device in the list. */
export interface VirtualDeviceRegistration {
  /** For {@link DeviceManager.select}. */
  deviceId: string;
  /** Takes it out of the list; if it is in use, the device is turned off. */
  unregister: () => Promise<void>;
}

/**
 * What camera, microphone and shared screen have in common. Usable before joining, for a preview.
 *
 * The last order wins: what an earlier one opened is closed, and its promise resolves all the same.
 */
export interface DeviceManager {
  /** What the device does. */
  readonly state: DeviceState;
  /**
   * What {@link disable} does: end the capture, so that its light goes off (`stop-tracks`, the
   * default), or keep it silent (`disable-tracks`), so that it is back at once.
   */
  disableMode: 'stop-tracks' | 'disable-tracks';
  /** Whether leaving the call turns the device off. Default `true`. */
  stopOnLeave: boolean;
  /**
   * Turns the device on and, in a joined call, publishes it. Does nothing when it is on.
   *
   * @throws {DeviceError} `permission-denied`, `permission-dismissed`, `not-found`, `in-use`,
   * `overconstrained`, `insecure-context`, `unsupported`, `aborted`
   */
  enable(options?: {
    /** Turns it off again, if it is not on yet. */
    signal?: AbortSignal;
  }): Promise<void>;
  /** Mutes it for the others and stops the capture, so that its light goes off. */
  disable(options?: boolean | DisableDeviceOptions): Promise<void>;
  /** Turns it on or off, whichever {@link DeviceValues.optimisticStatus} is not. */
  toggle(): Promise<void>;
  /** Turns it on if it was on before it was turned off. */
  resume(): Promise<void>;
  /**
   * Uses another device, at once if it is on; `undefined` leaves it to the browser. When that fails,
   * the one before stays. Screens are selected by the user: there it rejects.
   */
  select(deviceId: string | undefined): Promise<void>;
  /** The devices of this kind. Asks the user only once somebody subscribes. */
  listDevices(options?: ListDevicesOptions): DeviceList;
  /** The devices of this kind. */
  devices(options?: ListDevicesOptions): Promise<MediaDeviceInfo[]>;
  /** Resolves when nothing is under way. */
  statusChangeSettled(): Promise<void>;
  /** Constraints for every opening from now on, laid over our own. */
  setDefaultConstraints(constraints: MediaTrackConstraints): void;
  /** Sends everything captured through a filter, after those that were registered before. */
  registerFilter(filter: MediaFilter): FilterRegistration;
}

/** The camera of a call. */
export interface CameraManager extends DeviceManager {
  /** What the camera does. */
  readonly state: CameraState;
  /** Looks the other way. On phones only; elsewhere it does nothing, with a warning. */
  flip(): Promise<void>;
  /** Looks that way, in place of the selected device. On phones only, as {@link flip}. */
  selectDirection(
    direction: CameraDirection,
    options?: {
      /** Whether to turn the camera on. Default `false`. */
      enableCamera?: boolean;
    },
  ): Promise<void>;
  /** Adds a camera whose streams the app makes. */
  registerVirtualDevice(device: VirtualDevice): VirtualDeviceRegistration;
}

/** The microphone of a call. */
export interface MicrophoneManager extends DeviceManager {
  /** What the microphone does. */
  readonly state: MicrophoneState;
  /** Adds a microphone whose streams the app makes. */
  registerVirtualDevice(device: VirtualDevice): VirtualDeviceRegistration;
  /**
   * Tells, by {@link MicrophoneValues.speakingWhileMuted}, when the user speaks while muted. Off at
   * first, as it keeps the microphone open. Works while joined, with the permission to speak.
   */
  enableSpeakingWhileMutedNotification(): Promise<void>;
  /** Ends that, and the capture that it took. */
  disableSpeakingWhileMutedNotification(): Promise<void>;
  /**
   * After how long a microphone that is on and delivers nothing at all is reported by the event
   * `mic.capture_report`, in ms. Default 5000; 0 turns it off.
   */
  setSilenceThreshold(threshold: number): void;
  /** For voice, or for music. Needs the call's setting `audio.hifi_audio_enabled`. */
  setAudioBitrateProfile(profile: SfuModels.AudioBitrateProfile): Promise<void>;
}

/** How a screen is shared. */
export interface ScreenShareSettings {
  /** frames/s */
  maxFramerate?: number;
  /** bits/s */
  maxBitrate?: number;
  /** What matters: `motion`, `detail`, `text`, or `''`. */
  contentHint?: string;
}

/** The screen that a call shares. */
export interface ScreenShareManager extends DeviceManager {
  /** What it does. Follows the browser's own button to stop sharing. */
  readonly state: ScreenShareState;
  /** Publishes the sound of the screen, if the user gave it. That is the default. */
  enableScreenShareAudio(): Promise<void>;
  /** Keeps the sound to oneself. */
  disableScreenShareAudio(): Promise<void>;
  /** Default: 30 frames/s, 3 000 000 bits/s, no hint. */
  getSettings(): Required<ScreenShareSettings>;
  /** Limits what is published from the next time on. What is not named stays as it is. */
  setSettings(settings: ScreenShareSettings): void;
  /** For voice, or for music, which is the default. */
  setAudioBitrateProfile(profile: SfuModels.AudioBitrateProfile): Promise<void>;
}

/** Where and how loud the others are heard, by elements bound with {@link Call.bindAudioElement}. */
export interface SpeakerManager {
  /** How the others are heard. */
  readonly state: SpeakerState;
  /** The loudspeakers. */
  listDevices(): DeviceList;
  /** The loudspeakers. */
  devices(): Promise<MediaDeviceInfo[]>;
  /** Plays everything there; `''` leaves it to the browser, as does a device that is unplugged. */
  select(deviceId: string): Promise<void>;
  /** @param volume 0 to 1 */
  setVolume(volume: number): void;
  /** @param volume 0 to 1; `undefined` for as loud as everybody */
  setParticipantVolume(sessionId: string, volume: number | undefined): void;
}

/** All devices of this page. */
export const deviceIds$: DeviceList;
/** The cameras. */
export function getVideoDevices(): DeviceList;
/** The microphones. */
export function getAudioDevices(): DeviceList;
/** The loudspeakers. */
export function getAudioOutputDevices(): DeviceList;
/** Opens a camera apart from any call. @throws {DeviceError} */
export function getVideoStream(constraints?: MediaTrackConstraints): Promise<MediaStream>;
/** Opens a microphone apart from any call. @throws {DeviceError} */
export function getAudioStream(constraints?: MediaTrackConstraints): Promise<MediaStream>;
/** Has the user share a screen apart from any call. @throws {DeviceError} */
export function getScreenShareStream(options?: DisplayMediaStreamOptions): Promise<MediaStream>;
/** Stops all tracks. */
export function disposeOfMediaStream(stream: MediaStream): void;

/** How to listen for sound. */
export interface SoundDetectorOptions {
  /** How often to listen, in ms. Default 500. */
  detectionFrequencyInMs?: number;
  /** What counts as sound, 0 to 255. Default 150. */
  audioLevelThreshold?: number;
  /** A power of two. Default 128. */
  fftSize?: number;
  /** Whether to stop the stream at the end. Default `true`. */
  destroyStreamOnStop?: boolean;
}

/** What was heard. */
export interface SoundDetectorState {
  /** Whether it was loud enough. */
  isSoundDetected: boolean;
  /** How loud it was, in percent. */
  audioLevel: number;
}

/**
 * Listens to a stream.
 *
 * @returns ends it
 */
export function createSoundDetector(
  stream: MediaStream,
  onSound: (state: SoundDetectorState) => void,
  options?: SoundDetectorOptions,
): () => Promise<void>;
