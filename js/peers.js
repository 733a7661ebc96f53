/**
 * The peer connections of a client, by the numbers that the core gives them.
 */
import { listen } from './listen.js';
import { acceptAnswer, answerOffer, candidateText, makeOffer } from './negotiation.js';
import * as reports from './reports.js';
import { addTransceiver, setEncodings } from './senders.js';

export class Peers {
  #media;
  #reporter;
  #open = new Map();

  /**
   * @param media where captured tracks are taken from, and received ones put
   * @param reporter where the core hears what happened
   */
  constructor(media, reporter) {
    this.#media = media;
    this.#reporter = reporter;
  }

  get size() {
    return this.#open.size;
  }

  /** The browser's object, to be looked at. */
  connection(id) {
    return this.#open.get(id)?.connection;
  }

  /** @param {RTCIceServer[]} iceServers */
  create(id, iceServers) {
    let connection;
    try {
      connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers });
    } catch (thrown) {
      this.#warn('the browser made no peer connection', thrown);
      this.#reporter.report(reports.PEER_FAILED, id, 0);
      return;
    }
    const unlisten = this.#listen(id, connection);
    this.#open.set(id, { connection, transceivers: new Map(), unlisten });
  }

  offer(id, iceRestart) {
    this.#answer(
      id,
      ({ connection }) => makeOffer(connection, iceRestart),
      (sdp, thrown) => {
        for (const [transceiver, { mid }] of this.#open.get(id)?.transceivers ?? []) {
          if (mid !== null) this.#reporter.report(reports.PEER_MID, transceiver, 0, mid);
        }
        this.#reporter.report(reports.PEER_OFFERED, id, 0, sdp, thrown);
      },
    );
  }

  /** Applies the answer to our offer, or takes the offer back when there is none. */
  acceptAnswer(id, sdp) {
    this.#answer(
      id,
      ({ connection }) => acceptAnswer(connection, sdp).then(() => 1),
      (isApplied = 0, thrown) =>
        this.#reporter.report(reports.PEER_ANSWER_APPLIED, id, isApplied, undefined, thrown),
    );
  }

  /** Answers an offer of the other side; `negotiation` is reported back. */
  answerOffer(id, offer, negotiation) {
    this.#answer(
      id,
      ({ connection }) => answerOffer(connection, offer),
      (sdp, thrown) => this.#reporter.report(reports.PEER_ANSWERED, id, negotiation, sdp, thrown),
    );
  }

  /** @param {string} text JSON of an `RTCIceCandidateInit` */
  addCandidate(id, text) {
    this.#attempt(id, 'a remote ICE candidate was not taken', ({ connection }) =>
      connection.addIceCandidate(JSON.parse(text)),
    );
  }

  addTransceiver(id, transceiver, capture, isSound, encodings, degradation) {
    // A capture that was stopped meanwhile: the offer then has one m-line less.
    const track = this.#media.track(capture, isSound);
    if (!track) return;
    this.#attempt(id, 'a track could not be added', ({ connection, transceivers }) => {
      const added = addTransceiver(connection, track, encodings, degradation);
      transceivers.set(transceiver, added);
    });
  }

  /** Sends the track of another capture, or nothing. */
  replaceTrack(id, transceiver, capture, isSound) {
    const track = this.#media.track(capture, isSound) ?? null;
    this.#attempt(id, 'a track could not be replaced', ({ transceivers }) =>
      transceivers.get(transceiver)?.sender.replaceTrack(track),
    );
  }

  setEncodings(id, transceiver, encodings, degradation) {
    const message = 'what a track is encoded as could not be changed';
    this.#attempt(id, message, ({ transceivers }) => {
      const known = transceivers.get(transceiver);
      return known && setEncodings(known, encodings, degradation);
    });
  }

  close(id) {
    const peer = this.#open.get(id);
    this.#open.delete(id);
    peer?.unlisten();
    peer?.connection.close();
    this.#media.removePeer(id);
  }

  closeAll() {
    for (const id of this.#open.keys()) this.close(id);
  }

  /** Takes a step and reports how it ended, unless the connection is closed meanwhile. */
  async #answer(id, step, report) {
    const peer = this.#open.get(id);
    let outcome = [];
    try {
      // The browser may have made none.
      if (!peer) throw new Error('there is no such peer connection');
      outcome = [await step(peer)];
    } catch (thrown) {
      outcome = [undefined, thrown];
    }
    if (this.#open.get(id) === peer) report(...outcome);
  }

  /** Takes a step that nobody waits for; if it fails, the log says so. */
  async #attempt(id, message, step) {
    const peer = this.#open.get(id);
    try {
      if (peer) await step(peer);
    } catch (thrown) {
      this.#warn(message, thrown);
    }
  }

  #warn(message, thrown) {
    this.#reporter.report(reports.WARNING, reports.NOTHING, 0, message, thrown);
  }

  #listen(id, connection) {
    const reporter = this.#reporter;
    const change = (number) => {
      if (number !== undefined) reporter.report(number, id, 0);
    };
    return listen(connection, {
      icecandidate: ({ candidate }) => {
        const text = candidateText(candidate);
        if (text) reporter.report(reports.PEER_CANDIDATE, id, 0, text);
      },
      connectionstatechange: () => change(CHANGES[connection.connectionState]),
      iceconnectionstatechange: () => change(ICE_CHANGES[connection.iceConnectionState]),
      track: ({ track, streams: [stream] }) => {
        if (!stream) return;
        const ended = (track) => reporter.report(reports.PEER_TRACK_ENDED, id, track);
        const name = this.#media.addReceived(id, stream, track, ended);
        reporter.report(reports.PEER_TRACK, id, name, stream.id);
      },
    });
  }
}

/** The states of a connection, and those of ICE, that the core wants to hear of. */
const CHANGES = { connected: reports.PEER_CONNECTED, failed: reports.PEER_FAILED };
const ICE_CHANGES = {
  connected: reports.PEER_CONNECTED,
  completed: reports.PEER_CONNECTED,
  disconnected: reports.PEER_ICE_DISCONNECTED,
  failed: reports.PEER_ICE_FAILED,
};

/** Appends an `RTCIceServer`. */
export function addIceServer(list, urls, username, credential) {
  list.push({ urls, username: username || undefined, credential: credential || undefined });
}

/** Appends an `RTCRtpEncodingParameters`. */
export function addEncoding(
  list,
  rid,
  active,
  maxBitrate,
  maxFramerate,
  scaleResolutionDownBy,
  scalabilityMode,
) {
  const fields = { maxBitrate, maxFramerate, scaleResolutionDownBy, scalabilityMode };
  const encoding = { active };
  if (rid) encoding.rid = rid;
  for (const key in fields) if (fields[key] !== undefined) encoding[key] = fields[key];
  list.push(encoding);
}
