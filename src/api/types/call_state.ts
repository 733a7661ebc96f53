/** How captions are shown. */
export interface ClosedCaptionSettings {
  /** How long each, in ms. */
  visibilityDurationMs?: number;
  /** How many at once. */
  maxVisibleCaptions?: number;
}
