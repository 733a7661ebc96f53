import type { Call, DeviceManager } from 'trunkline';

import { button, Disposables, element, onShortcut, setAttribute } from './dom.js';
import type { Dispose } from './dom.js';
import { deviceMenuButton } from './device-menu.js';
import { icon } from './icons.js';
import { deviceMessage } from './messages.js';
import type { DeviceKind } from './messages.js';

/** A button that turns a device on and off, and one beside it to choose the device. */
export interface DeviceButton {
  element: HTMLElement;
  /** Forbids turning the device on; a device that is on can always be turned off. */
  setAllowed(allowed: boolean): void;
  dispose: Dispose;
}

/** What the user is told about a device; `undefined` when all is well. */
export type DeviceReport = (kind: DeviceKind, problem: string | undefined) => void;

/** Makes the buttons, and the keyboard shortcut of the first one. */
export function deviceButton(call: Call, kind: DeviceKind, report: DeviceReport): DeviceButton {
  const device: DeviceManager = call[kind];
  const { label, key, on, off } = BUTTONS[kind];
  const shortcut = key.toUpperCase();
  let allowed = true;

  const toggle = (): void => {
    if (made.disabled) return;
    report(kind, undefined);
    device.toggle().catch((error: unknown) => report(kind, deviceMessage(kind, error)));
  };
  const made = button(
    {
      class: 'round-button',
      'data-testid': TEST_IDS[kind],
      'aria-label': label,
      'aria-keyshortcuts': shortcut,
    },
    toggle,
  );

  const show = (): void => {
    const isOn = device.state.optimisticStatus === 'enabled';
    made.disabled = !allowed && !isOn;
    if (made.getAttribute('aria-pressed') !== String(isOn))
      made.replaceChildren(icon(isOn ? on : off));
    setAttribute(made, 'aria-pressed', String(isOn));
    const action = `Turn ${label.toLowerCase()} ${isOn ? 'off' : 'on'} (${shortcut})`;
    setAttribute(
      made,
      'title',
      made.disabled ? `Your ${label.toLowerCase()} is not allowed in this call` : action,
    );
  };

  const disposables = new Disposables();
  disposables.watch(device.state.optimisticStatus$, show);
  disposables.add(onShortcut(key, toggle));
  return {
    element: element('div', { class: 'device' }, made, deviceMenuButton(call, kind, report)),
    setAllowed(value) {
      allowed = value;
      show();
    },
    dispose: () => disposables.dispose(),
  };
}

const TEST_IDS = { camera: 'camera', microphone: 'mic' } as const;
const BUTTONS = {
  camera: { label: 'Camera', key: 'v', on: 'camera', off: 'cameraOff' },
  microphone: { label: 'Microphone', key: 'm', on: 'microphone', off: 'microphoneOff' },
} as const;
