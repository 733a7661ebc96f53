/**
 * Whether the user lets this page use cameras and microphones.
 */
import { makeValue } from './observable.js';

class Permission {
  #name;
  #value = makeValue('prompt');
  /** What the browser says; `undefined` where it cannot be asked. */
  #status;
  #queried;
  #asking = 0;

  constructor(name) {
    this.#name = name;
  }

  /** `granted`, `denied`, `prompt`, or `prompting` while the user is asked. */
  get cell() {
    void this.query();
    return this.#value.cell;
  }

  /** The state, as the browser has it. */
  async query() {
    this.#queried ??= this.#follow();
    await this.#queried;
    return this.#status?.state ?? 'prompt';
  }

  /** Runs `run`, which may ask the user. */
  async ask(run) {
    this.#asking += 1;
    this.#tell();
    try {
      return await run();
    } finally {
      this.#asking -= 1;
      this.#tell();
    }
  }

  async #follow() {
    try {
      this.#status = await navigator.permissions.query({ name: this.#name });
      this.#status.onchange = () => this.#tell();
      this.#tell();
    } catch {
      // Not every browser can be asked about devices.
    }
  }

  #tell() {
    const state = this.#status?.state ?? 'prompt';
    this.#value.set(state === 'prompt' && this.#asking > 0 ? 'prompting' : state);
  }
}

/** They are the page's, so there is one of each. */
const PERMISSIONS = ['camera', 'microphone'].map((name) => new Permission(name));

/** @param {number} kind 0 for cameras, 1 for microphones */
export function permissionOf(kind) {
  return PERMISSIONS[kind];
}
