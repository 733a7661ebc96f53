import { listen } from './listen.js';

/**
 * What a client captures and receives, by the numbers that the core gives it. Received tracks are
 * numbered on this side; in here their numbers are negative.
 */
export class MediaTable {
  #captures = new Map();
  #received = new Map();
  #last = 0;

  /** The stream of a number, if there is one. */
  stream(id) {
    return (this.#received.get(id) ?? this.#captures.get(id))?.stream;
  }

  /** What a capture publishes: its track, or the sound that came with a screen. */
  track(id, isSound) {
    const capture = this.#captures.get(id);
    return isSound ? capture?.sound : capture?.track;
  }

  addCapture(id, stream, track, sound) {
    this.#captures.set(id, { stream, track, sound });
  }

  removeCapture(id) {
    this.#captures.delete(id);
  }

  /**
   * Takes in a received track and names it; a track that is known keeps its name.
   *
   * @param onEnded is called with the name when it ends
   */
  addReceived(peer, stream, track, onEnded) {
    for (const known of this.#received.values()) {
      if (known.track !== track) continue;
      // A track that is paused and resumed by the server comes in a second event.
      known.stream = stream;
      return known.number;
    }
    const number = (this.#last += 1);
    const id = BigInt(-number);
    const unlisten = listen(track, {
      ended: () => {
        onEnded(number);
        this.#removeReceived(id);
      },
    });
    this.#received.set(id, { number, peer, stream, track, unlisten });
    return number;
  }

  /** Forgets what came through a peer connection. */
  removePeer(peer) {
    for (const [id, known] of this.#received) {
      if (known.peer === peer) this.#removeReceived(id);
    }
  }

  #removeReceived(id) {
    this.#received.get(id)?.unlisten();
    this.#received.delete(id);
  }
}
