/**
 * Camera and microphone of a call. Types and documentation: `types/devices.d.ts`.
 */
import { defineFields } from './observable.js';

const FIELDS = ['status', 'optimisticStatus', 'mediaStream', 'error'];

export class DeviceState {
  #cells;

  static {
    defineFields(this, FIELDS, (state) => state.#cells);
  }

  /** @param {import('./observable.js').Cell} device holds an object with the fields */
  constructor(device) {
    this.#cells = Object.fromEntries(
      FIELDS.map((name) => [
        name,
        device.derive((values, before) => keepSame(values[name], before)),
      ]),
    );
  }
}

export class DeviceManager {
  #order;

  /** @param {(order: string) => Promise<void>} order gives an order to the core */
  constructor(device, order) {
    this.state = new DeviceState(device);
    this.#order = order;
  }

  enable() {
    return this.#order('enable');
  }

  disable() {
    return this.#order('disable');
  }

  toggle() {
    return this.#order('toggle');
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
