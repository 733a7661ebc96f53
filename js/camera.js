/**
 * The camera of a call. Types and documentation: `types/devices.d.ts`.
 */
import { CAMERA, setupOf } from './device-kinds.js';
import { DeviceManager, DeviceState, SELECT, addVirtual, orderTo } from './devices.js';
import { invalidArgument } from './errors.js';
import { promised, readField } from './input.js';
import { defineFields } from './observable.js';

class CameraState extends DeviceState {
  static {
    defineFields(this, ['direction']);
  }
}

export class CameraManager extends DeviceManager {
  /** @param {import('./devices.js').Port} port */
  constructor(device, port) {
    const direction = device.derive((values) => values?.direction);
    super(CAMERA, device, port, CameraState, { direction });
  }

  registerVirtualDevice(device) {
    return addVirtual(this, device, 'registerVirtualDevice');
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
      if (!isPhone()) return setupOf(this).warn('cameras have a direction on phones only');
      await orderTo(this, SELECT, false, undefined, direction === 'back');
      if (enable) await this.enable();
    });
  }
}

function isPhone() {
  return /Mobi|Android|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? '');
}
