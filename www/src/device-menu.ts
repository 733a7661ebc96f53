import type { Call } from 'trunkline';

import { button } from './dom.js';
import { icon } from './icons.js';
import { attachMenu } from './menu.js';
import type { MenuGroup } from './menu.js';
import { deviceMessage } from './messages.js';
import type { DeviceKind } from './messages.js';
import type { DeviceReport } from './device-button.js';

/** Makes the button beside a device's button, which opens the menu of devices of that kind. */
export function deviceMenuButton(
  call: Call,
  kind: DeviceKind,
  report: DeviceReport,
): HTMLButtonElement {
  const label = LABELS[kind];
  const made = button(
    { class: 'device-menu', 'data-testid': `${kind}-menu`, 'aria-label': label, title: label },
    () => undefined,
    icon('chevron'),
  );
  const choose = (run: () => Promise<void>): void => {
    report(kind, undefined);
    run().catch((error: unknown) => report(kind, deviceMessage(kind, error)));
  };
  attachMenu(made, label, () =>
    kind === 'camera' ? cameraGroups(call, choose) : soundGroups(call, choose),
  );
  return made;
}

type Choose = (run: () => Promise<void>) => void;

async function cameraGroups(call: Call, choose: Choose): Promise<MenuGroup[]> {
  const groups = [await inputGroup(call, 'camera', choose)];
  if (isPhone()) {
    const flip = (): void => choose(() => call.camera.flip());
    groups.unshift({ items: [{ label: 'Flip camera', icon: 'flip', onChoose: flip }] });
  }
  return groups;
}

async function soundGroups(call: Call, choose: Choose): Promise<MenuGroup[]> {
  const groups = [await inputGroup(call, 'microphone', choose)];
  if (call.speaker.state.isDeviceSelectionSupported) {
    const { selectedDevice } = call.speaker.state;
    const speakers = await call.speaker.devices().catch(() => []);
    const items = speakers.map(({ deviceId, label }, index) => ({
      label: label || `Speaker ${index + 1}`,
      checked: deviceId === selectedDevice,
      onChoose: () => choose(() => call.speaker.select(deviceId)),
    }));
    items.unshift({
      label: 'System default',
      checked: !speakers.some(({ deviceId }) => deviceId === selectedDevice),
      onChoose: () => choose(() => call.speaker.select('')),
    });
    groups.push({ label: 'Speaker', items });
  }
  return groups;
}

async function inputGroup(call: Call, kind: DeviceKind, choose: Choose): Promise<MenuGroup> {
  const device = call[kind];
  const name = kind === 'camera' ? 'Camera' : 'Microphone';
  // To open a menu is no reason to ask the user for a permission.
  const devices = await device.devices({ prompt: false }).catch(() => []);
  const { selectedDevice } = device.state;
  const items = devices.map(({ deviceId, label }, index) => ({
    label: label || `${name} ${index + 1}`,
    checked: deviceId === selectedDevice,
    onChoose: () => choose(() => device.select(deviceId)),
  }));
  if (kind === 'microphone' || items.length === 0) {
    items.unshift({
      label: 'System default',
      checked: !devices.some(({ deviceId }) => deviceId === selectedDevice),
      onChoose: () => choose(() => device.select(undefined)),
    });
  }
  return { label: name, items };
}

/** Whether this is a phone or tablet, whose cameras look forth and back. */
function isPhone(): boolean {
  return /Mobi|Android|iPhone|iPad/.test(navigator.userAgent);
}

const LABELS = {
  camera: 'Camera settings',
  microphone: 'Microphone and speaker settings',
} as const;
