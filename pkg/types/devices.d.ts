import type { DeviceError, VideoError } from './errors.js';
import type { StateObservable } from './observable.js';

/** Whether a device is on; `undefined` when nobody has touched it. */
export type DeviceStatus = 'enabled' | 'disabled' | undefined;

/** What a camera or microphone does. */
export interface DeviceState {
  /** What it does. */
  readonly status: DeviceStatus;
  /** {@link status}, observable. */
  readonly status$: StateObservable<DeviceStatus>;
  /** What it will do once everything under way is done: bind buttons to this. */
  readonly optimisticStatus: DeviceStatus;
  /** {@link optimisticStatus}, observable. */
  readonly optimisticStatus$: StateObservable<DeviceStatus>;
  /** What it captures, while it is on. */
  readonly mediaStream: MediaStream | undefined;
  /** {@link mediaStream}, observable. */
  readonly mediaStream$: StateObservable<MediaStream | undefined>;
  /** The last failure, until the next success. */
  readonly error: DeviceError | VideoError | undefined;
  /** {@link error}, observable. */
  readonly error$: StateObservable<DeviceError | VideoError | undefined>;
}

/** Turns a camera or microphone on and off. Usable before joining, for a preview. */
export interface DeviceManager {
  /** What the device does. */
  readonly state: DeviceState;
  /**
   * Turns the device on and, in a joined call, publishes it. Does nothing when it is on.
   *
   * @throws {DeviceError} `permission-denied`, `not-found`, `in-use`, `overconstrained`,
   * `insecure-context`, `unsupported`, `aborted`
   */
  enable(): Promise<void>;
  /** Mutes it for the others and stops the capture, so that its light goes off. */
  disable(): Promise<void>;
  /** Turns it on or off, whichever {@link DeviceState.optimisticStatus} is not. */
  toggle(): Promise<void>;
}

/** The camera of a call. */
export interface CameraManager extends DeviceManager {}

/** The microphone of a call. */
export interface MicrophoneManager extends DeviceManager {}
