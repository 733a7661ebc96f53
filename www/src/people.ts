import type { Call, StreamVideoParticipant } from 'trunkline';

import type { Disposables } from './dom.js';

/** How many are in the list of participants. */
export function peopleCount(call: Call): number {
  return call.state.participants.length;
}

/** Those from one place in the order of participants up to another, exclusive. */
export function people(call: Call, from: number, to: number): readonly StreamVideoParticipant[] {
  return call.state.participants.slice(from, to);
}

/** Calls back at once, and whenever somebody comes, goes, moves or changes. */
export function watchPeople(disposables: Disposables, call: Call, next: () => void): void {
  disposables.watch(call.state.participants$, next);
}
