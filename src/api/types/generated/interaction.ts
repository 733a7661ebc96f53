// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** A reaction to show to everyone. */
export interface SendVideoReactionRequest {
  /** Such as `reaction`, `raised-hand`; at most 64 characters. */
  type: string;
  /** Such as `:like:`. */
  emoji_code?: string;
  /** Belongs to the app. */
  custom?: CustomData;
}

/** A reaction. */
export interface VideoReactionResponse {
  /** Such as `reaction`, `raised-hand`. */
  type: string;
  /** Who. */
  user: UserResponse;
  /** Such as `:like:`. */
  emoji_code?: string | null;
  /** Belongs to the app. */
  custom?: CustomData | null;
}

/** The reaction as it is shown. */
export interface SendVideoReactionResponse extends ApiResponse {
  /** The reaction. */
  reaction: VideoReactionResponse;
}

/** An event of the app. */
export interface SendCallEventRequest {
  /** What the others get, at most 5 KB. */
  custom?: CustomData;
}

/** What a user thinks of the call. */
export interface CollectUserFeedbackRequest {
  /** 1 to 5. */
  rating: number;
  /** Name of the SDK, at most 50 characters. */
  sdk: string;
  /** Version of the SDK, at most 50 characters. */
  sdk_version: string;
  /** Why, at most 1000 characters. */
  reason?: string;
  /** The SFU session of the client, at most 50 characters. */
  user_session_id?: string;
  /** Belongs to the app. */
  custom?: CustomData;
}

/** Answer to `SendCallEvent`: sends an event of the app to everyone who watches. */
export interface SendCallEventResponse extends ApiResponse {}

/** Answer to `CollectUserFeedback`: takes what a user thinks of the call. */
export interface CollectUserFeedbackResponse extends ApiResponse {}

/** Somebody reacted. */
export interface CallReactionEvent extends CallEvent<'call.reaction_new'> {
  /** How. */
  reaction: VideoReactionResponse;
}

/** An event of the app. */
export interface CustomVideoEvent extends CallEvent<'custom'> {
  /** Belongs to the app. */
  custom: CustomData;
  /** Who. */
  user: UserResponse;
}

/** Somebody rated the call. */
export interface CallUserFeedbackSubmittedEvent extends CallEvent<'call.user_feedback_submitted'> {
  /** 1 to 5. */
  rating: number;
  /** The session. */
  session_id: string;
  /** Who. */
  user: UserResponse;
  /** Why. */
  reason?: string | null;
  /** Name of the SDK. */
  sdk?: string | null;
  /** Version of the SDK. */
  sdk_version?: string | null;
  /** Belongs to the app. */
  custom?: CustomData | null;
}
