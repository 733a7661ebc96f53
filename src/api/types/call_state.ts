/** How captions are shown. */
export interface ClosedCaptionSettings {
  /** How long each, in ms. */
  visibilityDurationMs?: number;
  /** How many at once. */
  maxVisibleCaptions?: number;
}

/** The observables of {@link CallStateFields}: `x$` for `x`. */
export type CallStateObservables = Omit<Observed<CallStateFields>, keyof CallStateFields>;
