/**
 * The objects that an app is shown of the participants of one call, and the lists of them. Who changed,
 * and in what, is known to `src/api/participants.rs`, which holds this.
 *
 * JavaScript, because all that changed is copied and put into a list here in one step, of which Rust
 * needs several for each of them. Lists are copied by `[...list]`: the methods of lists are twenty times
 * slower on a frozen one.
 */
export class ShownPeople {
  /** By slot; frozen. */
  #objects = [];

  /** Whoever is in that slot, or `undefined`. */
  at(slot) {
    return this.#objects[slot];
  }

  /** Shows somebody in that slot from now on; `undefined` is nobody. */
  put(slot, object) {
    this.#objects[slot] = Object.freeze(object);
  }

  /**
   * What changes all the time: each of those in `slots` is shown as the value at the same place of the
   * other lists says, and in all else as before.
   */
  update(slots, levels, areSpeaking, areDominant, qualities) {
    for (let i = 0; i < slots.length; i += 1) {
      this.#objects[slots[i]] = Object.freeze({
        ...this.#objects[slots[i]],
        audioLevel: levels[i],
        isSpeaking: areSpeaking[i] === 1,
        isDominantSpeaker: areDominant[i] === 1,
        connectionQuality: qualities[i],
      });
    }
  }

  /**
   * The list `before`, but so long, and with those in `slots` at `places`; frozen.
   *
   * @param {readonly object[]} before
   */
  list(before, length, places, slots) {
    const list = [...before];
    list.length = length;
    for (let i = 0; i < places.length; i += 1) list[places[i]] = this.#objects[slots[i]];
    return Object.freeze(list);
  }
}

/** The same participant, to be changed and frozen. */
export const copyParticipant = (participant) => ({ ...participant });
