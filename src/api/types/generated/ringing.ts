// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** Rings members. */
export interface RingCallRequest {
  /** User ids, at most 25; all members who are not in the call when absent. */
  members_ids?: string[];
  /** Which kind of incoming screen a ring shows: with video or without. */
  video?: boolean;
}

/** Who is rung. */
export interface RingCallResponse extends ApiResponse {
  /** User ids. */
  members_ids: string[];
}

/** Declines a ring. */
export interface RejectCallRequest {
  /** `decline`, `cancel`, `timeout`, `busy`, or the app's own. */
  reason?: string;
}

/** Answer to `AcceptCall`: takes a ring. */
export interface AcceptCallResponse extends ApiResponse {}

/** Answer to `RejectCall`: declines a ring, or gives it up. */
export interface RejectCallResponse extends ApiResponse {}

/** Somebody rings the members. */
export interface CallRingEvent extends CallEvent<'call.ring'> {
  /** The call. */
  call: CallResponse;
  /** Its members without the ringing user. */
  members: MemberResponse[];
  /** The session the ring belongs to. */
  session_id: string;
  /** Who. */
  user: UserResponse;
  /** Which kind of incoming screen to show: with video or without. */
  video: boolean;
}

/** Somebody took the ring. */
export interface CallAcceptedEvent extends CallEvent<'call.accepted'> {
  /** The call. */
  call: CallResponse;
  /** Who. */
  user: UserResponse;
}

/** Somebody declined the ring, or gave it up. */
export interface CallRejectedEvent extends CallEvent<'call.rejected'> {
  /** The call. */
  call: CallResponse;
  /** Who. */
  user: UserResponse;
  /** `decline`, `cancel`, `timeout`, `busy`, or the app's own. */
  reason?: string | null;
}

/** A member did not answer the ring. */
export interface CallMissedEvent extends CallEvent<'call.missed'> {
  /** The call. */
  call: CallResponse;
  /** Its members. */
  members: MemberResponse[];
  /** The app should tell the user. */
  notify_user: boolean;
  /** The session the ring belongs to. */
  session_id: string;
  /** Who rang. */
  user: UserResponse;
}
