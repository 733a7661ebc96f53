/**
 * What happened to the objects of the browser, by the numbers of the core: the first argument of
 * `Reporter.report`. The second is the number of the object, or {@link NOTHING}; then follow a
 * number, a text and a value, as far as the report has them (the number is 0 otherwise).
 */
export const [
  /** A failure that no report is about: what failed, and what was thrown. */
  WARNING,
  /** The browser does not tell what it can do: what was thrown. */
  DESCRIBING_FAILED,
  /** A device was not opened: the name of what was thrown, and that. */
  CAPTURE_FAILED,
  /** A captured track ended without our asking. */
  CAPTURE_ENDED,
  /** Whether the system holds a captured track back (1), or delivers it again (0). */
  CAPTURE_MUTED,
  /** The mid of a transceiver in the offer that is reported next. */
  PEER_MID,
  /** An offer; without one, what was thrown. */
  PEER_OFFERED,
  /** Whether the answer to our offer was applied (1); if not, what was thrown. */
  PEER_ANSWER_APPLIED,
  /** The number of a negotiation, and our answer; without one, what was thrown. */
  PEER_ANSWERED,
  /** A local ICE candidate: JSON text. */
  PEER_CANDIDATE,
  PEER_CONNECTED,
  PEER_FAILED,
  PEER_ICE_DISCONNECTED,
  PEER_ICE_FAILED,
  /** A track arrived: its number, and the id of its stream. */
  PEER_TRACK,
  /** The number of a received track that ended. */
  PEER_TRACK_ENDED,
] = Array(16).keys();

/** The number of no object. */
export const NOTHING = 0n;
