/**
 * What the user may do in a call. Types and documentation: `types/call.d.ts`.
 */

/** Capabilities by `TrackType`. */
const PUBLISH = [undefined, 'send-audio', 'send-video', 'screenshare', 'screenshare'];

/** Settings that say whether a capability may be asked for. */
const ACCESS = { 'send-audio': 'audio', 'send-video': 'video', screenshare: 'screensharing' };

export class PermissionsContext {
  #state;

  constructor(state) {
    this.#state = state;
  }

  hasPermission(capability) {
    return this.#state.ownCapabilities.includes(capability);
  }

  canPublish(trackType) {
    return this.hasPermission(PUBLISH[trackType]);
  }

  canRequest(capability, settings = this.#state.settings) {
    return settings?.[ACCESS[capability]]?.access_request_enabled === true;
  }
}
