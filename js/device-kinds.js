/**
 * The devices of a call, and how an app wants them opened.
 */

/** In the order of `DeviceKind` of the core. */
export const KINDS = ['camera', 'microphone', 'screenShare'];
export const [CAMERA, MICROPHONE, SCREEN] = KINDS.keys();

const setups = new WeakMap();

/** @param {() => { filters, constraints, virtual, warn }} setup how to open what `manager` manages */
export function setUp(manager, setup) {
  setups.set(manager, setup);
}

/** How the app wants a device opened. */
export function setupOf(manager) {
  return setups.get(manager)();
}
