import type { Call, StreamVideoParticipant } from 'trunkline';

import type { Dispose } from './dom.js';

/**
 * Some of the participants, those in sight, in their order: what they cost does not grow with the call.
 */
export interface People {
  /**
   * The participants at the places `from` up to `to`, exclusive. From then on there is a call back
   * whenever somebody comes to these places, leaves them or changes there.
   */
  at(from: number, to: number): readonly StreamVideoParticipant[];
  dispose: Dispose;
}

/** Makes a view of nobody yet. */
export function peopleOf(call: Call, onChange: () => void): People {
  let watched: string | undefined;
  let end: Dispose = () => {};
  return {
    at(from, to) {
      const place = `${from} ${to}`;
      if (place !== watched) {
        end();
        watched = place;
        let isNews = false;
        const page = call.state.participantsRange$(from, to);
        const subscription = page.subscribe(() => isNews && onChange());
        isNews = true;
        end = () => subscription.unsubscribe();
      }
      return call.state.participantsRange(from, to);
    },
    dispose: () => end(),
  };
}
