/** Whether a device is on; `undefined` when nobody has touched it. */
export type DeviceStatus = 'enabled' | 'disabled' | undefined;

/** Whether the user lets this page use a kind of device; `prompting` while the browser asks. */
export type BrowserPermissionState = 'granted' | 'denied' | 'prompt' | 'prompting';

/** Which way the camera of a phone looks: at the user, or away. */
export type CameraDirection = 'front' | 'back';

/** What cameras, microphones and shared screens show of themselves. */
export type DeviceValues = Pick<
  CameraValues,
  keyof CameraValues & keyof MicrophoneValues & keyof ScreenShareValues
>;

/** The observables of {@link DeviceValues}: `x$` for `x`. */
export type DeviceObservables = Pick<
  CameraStateObservables,
  keyof CameraStateObservables &
    keyof MicrophoneStateObservables &
    keyof ScreenShareStateObservables
>;

/** What a device does. */
export interface DeviceState extends DeviceValues, DeviceObservables, Subscribable<DeviceState> {}

/**
 * What camera, microphone and shared screen have in common. Usable before joining, for a preview.
 *
 * The last order wins: what an earlier one opened is closed, and its promise resolves all the same.
 */
export interface DeviceManager
  extends Pick<
    CameraManager,
    Exclude<keyof CameraManager & keyof MicrophoneManager & keyof ScreenShareManager, 'state'>
  > {
  /** What the device does. */
  readonly state: DeviceState;
}

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
  /**
   * Whether to ask the user, when devices have no names without that. Default `true`. A subscriber
   * asks once: after a refusal it is told an error, and then the devices as the page may see them.
   */
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

/** How a screen is shared. */
export interface ScreenShareSettings {
  /** frames/s */
  maxFramerate?: number;
  /** bits/s */
  maxBitrate?: number;
  /** What matters: `motion`, `detail`, `text`, or `''`. */
  contentHint?: string;
}

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
