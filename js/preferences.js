/**
 * What users chose, kept for their next visit. Option `devicePersistence`, documented in
 * `types/client.d.ts`.
 */

/** Devices that are kept of each kind, the last one first. */
const KEPT = 3;

export class DevicePreferences {
  #key;
  #storage;
  #log;

  /**
   * @param {{ getItem, setItem }} storage
   * @param {(message: string, error: unknown) => void} log
   */
  constructor(key, storage, log) {
    this.#key = key;
    this.#storage = storage;
    this.#log = log;
  }

  /** @param {'camera' | 'microphone' | 'speaker'} kind */
  remember(kind, deviceId = 'default', label = '', isMuted = undefined) {
    const all = this.#read();
    const entry = { selectedDeviceId: deviceId, selectedDeviceLabel: label, muted: isMuted };
    const rest = list(all[kind]).filter((known) => known.selectedDeviceId !== deviceId);
    all[kind] = [entry, ...rest].slice(0, KEPT);
    this.#write(all);
  }

  /**
   * The last choice that one of the devices fits, by its id or else by its name.
   *
   * @returns {{ deviceId?: string, isMuted?: boolean }}
   */
  recall(kind, devices) {
    for (const entry of list(this.#read()[kind])) {
      const { selectedDeviceId: id, selectedDeviceLabel: label, muted: isMuted } = entry;
      if (id === 'default') return { isMuted };
      const device =
        devices.find((device) => device.deviceId === id) ??
        devices.find((device) => label && device.label === label);
      if (device) return { deviceId: device.deviceId, isMuted };
    }
    return {};
  }

  #read() {
    try {
      const all = JSON.parse(this.#storage.getItem(this.#key) ?? '{}');
      return all && typeof all === 'object' ? all : {};
    } catch (error) {
      this.#log('the devices of the last visit could not be read', error);
      return {};
    }
  }

  #write(all) {
    try {
      this.#storage.setItem(this.#key, JSON.stringify(all));
    } catch (error) {
      this.#log('the devices could not be kept for the next visit', error);
    }
  }
}

/** Entries of another version, or another app, are left alone. */
function list(entries) {
  return Array.isArray(entries)
    ? entries.filter((entry) => typeof entry?.selectedDeviceId === 'string')
    : [];
}
