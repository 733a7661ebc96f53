/** Which videos of the others are received, and in which size. */
export interface IncomingVideoSettings {
  /** Whether any is. */
  readonly enabled: boolean;
  /** The size that is asked for instead of that of the elements; of cameras, not of screens. */
  readonly preferredResolution?: VideoDimension;
  /** The same for some participants, by session id. */
  readonly participants: Readonly<Record<string, { readonly preferredResolution: VideoDimension }>>;
  /** At most that many px are asked for per CSS px of an element, if there is a limit. */
  readonly maxPixelDensity?: number;
  /** Whether the video of a participant is received when an element shows it. */
  isParticipantVideoEnabled(sessionId: string): boolean;
}
