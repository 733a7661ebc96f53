/**
 * What happened to the objects of the browser, by the numbers of the core: the first argument of
 * `Reporter.report`. The second is the number of the object, or {@link NOTHING}; then follow a
 * number, a text and a value, as far as the report has them (the number is 0 otherwise).
 */
export const [
  /** The timer ran out. */
  TIMEOUT,
  /** Whether the browser went online (1) or offline (0). */
  ONLINE,
  /** The page goes away for good. */
  PAGE_HIDDEN,
  /** A failure that no report is about: what failed, and what was thrown. */
  WARNING,
  /** The status of an answer, and its JSON; `undefined` when it cannot be read. */
  HTTP_JSON,
  /** A request has no answer: what was thrown. */
  HTTP_FAILED,
  SOCKET_OPENED,
  /** A text frame arrived: its JSON. */
  SOCKET_JSON,
  /** A socket is closed, by whomever, or failed to open: code and reason. */
  SOCKET_CLOSED,
] = Array(9).keys();

/** The number of no object. */
export const NOTHING = 0n;
