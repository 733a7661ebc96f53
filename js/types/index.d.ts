/**
 * The types of trunkline. `pkg/index.d.ts` adds what belongs to loading the module.
 */

export * from './base.js';
export * from './client.js';
export * from './call.js';
export * from './call-state.js';
export * from './devices.js';
export * from './enums.js';
export * from './errors.js';
export * from './events.js';
export * from './generated/index.js';
export * from './observable.js';
export * from './participant.js';
export * from './rendering.js';
export * from './requests.js';
export * from './sorting.js';
export * from './stats.js';
