import { Client, init } from 'trunkline';
import type { Call, DeviceManager } from 'trunkline';

import { Disposables } from './dom.js';
import type { Dispose } from './dom.js';
import { codeOf } from './messages.js';
import type { DeviceKind } from './messages.js';
import { userId } from './identity.js';

/** The page could not get ready to call: no module, no server, or one without the demo's tokens. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** The call is over for everyone; its state tells since when. */
export class CallEndedError extends Error {
  override readonly name = 'CallEndedError';
}

/**
 * The page's one client, and the call it is about: previewed in the lobby, then joined.
 *
 * The user is connected only while a call is wanted, so that a name changed in the lobby counts.
 */
export class Session {
  readonly #client: Client;
  readonly #listeners = new Set<(call: Call) => void>();
  // What the user wants of the devices: leaving a call turns them off, coming back on again.
  readonly #wishes = { camera: true, microphone: true };
  readonly #watched = new Disposables();
  #call: Call;
  #connectedAs: string | undefined;

  private constructor(client: Client, callId: string) {
    this.#client = client;
    this.#call = client.call(CALL_TYPE, callId);
    this.#watchDevices();
  }

  /**
   * Loads the SDK and asks the server for the key of the app.
   *
   * @throws {SetupError} when either is not to be had
   * @throws {VideoError} `invalid-argument` when `callId` cannot be the id of a call
   */
  static async open(callId: string): Promise<Session> {
    const [credentials] = await Promise.all([fetchCredentials(), loadModule()]);
    const options = { baseURL: `${location.origin}/video` };
    return new Session(new Client(credentials.apiKey, options), callId);
  }

  /** The call that is previewed or joined. */
  get call(): Call {
    return this.#call;
  }

  /** Calls back at once, and whenever another call object takes the place of the current one. */
  onCall(listener: (call: Call) => void): Dispose {
    this.#listeners.add(listener);
    listener(this.#call);
    return () => this.#listeners.delete(listener);
  }

  /** Turns on what the user had on before; at first both. Failures show in the devices' states. */
  startDevices(): void {
    for (const kind of DEVICE_KINDS) {
      if (this.#wishes[kind]) this.#call[kind].enable().catch(() => undefined);
    }
  }

  /**
   * Makes another call the current one; camera and microphone go along.
   *
   * @throws {VideoError} `invalid-argument` when `callId` cannot be the id of a call
   */
  async chooseCall(callId: string): Promise<void> {
    if (callId === this.#call.id) return;
    const next = this.#client.call(CALL_TYPE, callId);
    const previous = this.#call;
    this.#setCall(next);
    await Promise.all([
      moveDevice(previous.camera, next.camera),
      moveDevice(previous.microphone, next.microphone),
    ]);
  }

  /**
   * Connects the user and enters the call.
   *
   * @throws {CallEndedError} when it has been ended for everyone
   * @throws {VideoError} see `Client.connectUser` and `Call.join`
   */
  async join(name: string, create: boolean): Promise<void> {
    if (this.#connectedAs !== name) {
      await this.#client.disconnectUser();
      await this.#client.connectUser({ id: userId(), name }, async () => {
        const credentials = await fetchCredentials();
        return credentials.token;
      });
      this.#connectedAs = name;
    }
    await (create ? this.#call.getOrCreate() : this.#call.get());
    // Some may enter an ended call. Here everybody was told that nobody comes back in.
    if (this.#call.state.endedAt) throw new CallEndedError();
    await Promise.all(DEVICE_KINDS.map((kind) => this.#settleDevice(kind)));
    await this.#call.join();
  }

  /** Goes out of the call, or gives up entering it. */
  async leave(): Promise<void> {
    await this.#call.leave();
  }

  /**
   * Ends the call for everyone.
   *
   * @throws {VideoError} see `Call.endCall`
   */
  async end(): Promise<void> {
    await this.#call.endCall();
  }

  /** Signs the user out and begins anew, with a call that nothing has happened to. */
  async reset(callId: string): Promise<void> {
    await this.#call.leave();
    await this.#client.disconnectUser();
    this.#connectedAs = undefined;
    this.#setCall(this.#client.call(CALL_TYPE, callId, { reuseInstance: false }));
  }

  // A device that nobody turned on or off starts with the call if its settings say so. What the
  // lobby shows is what the others shall see.
  async #settleDevice(kind: DeviceKind): Promise<void> {
    const device = this.#call[kind];
    if (device.state.optimisticStatus === 'enabled') return;
    if (this.#wishes[kind] && !device.state.error) device.enable().catch(() => undefined);
    else await device.disable();
  }

  #watchDevices(): void {
    this.#watched.dispose();
    for (const kind of DEVICE_KINDS) {
      this.#watched.watch(this.#call[kind].state.optimisticStatus$, (status) => {
        if (status !== undefined) this.#wishes[kind] = status === 'enabled';
      });
    }
  }

  #setCall(call: Call): void {
    this.#call = call;
    this.#watchDevices();
    for (const listener of this.#listeners) listener(call);
  }
}

/** Whether a failure to enter is nobody's fault: the user left meanwhile. */
export function wasAborted(error: unknown): boolean {
  return codeOf(error) === 'join-aborted';
}

interface Credentials {
  apiKey: string;
  token: string;
}

async function fetchCredentials(): Promise<Credentials> {
  const url = `/dev/token?user_id=${encodeURIComponent(userId())}`;
  const response = await fetch(url).catch((cause: unknown) => {
    throw new SetupError('The server cannot be reached. Is it running?', { cause });
  });
  const body: unknown = response.ok ? await response.json().catch(() => undefined) : undefined;
  if (!isCredentials(body)) {
    throw new SetupError('The server gives out no tokens for this demo. Start it with --dev.');
  }
  return { apiKey: body.api_key, token: body.token };
}

function isCredentials(body: unknown): body is { api_key: string; token: string } {
  return (
    typeof body === 'object' &&
    body !== null &&
    'api_key' in body &&
    typeof body.api_key === 'string' &&
    'token' in body &&
    typeof body.token === 'string'
  );
}

async function loadModule(): Promise<void> {
  try {
    await init();
  } catch (cause) {
    throw new SetupError('The call software could not be loaded. Reload the page.', { cause });
  }
}

async function moveDevice(from: DeviceManager, to: DeviceManager): Promise<void> {
  const wasOn = from.state.optimisticStatus === 'enabled';
  await from.disable();
  // A failure shows in the state of the device, where the lobby looks.
  if (wasOn) await to.enable().catch(() => undefined);
}

const DEVICE_KINDS = ['camera', 'microphone'] as const;
const CALL_TYPE = 'default';
