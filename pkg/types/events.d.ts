import type { OwnCapability } from './enums.js';
import type {
  CallParticipantResponse,
  CallResponse,
  CustomData,
  MemberResponse,
  OwnUserResponse,
  Timestamp,
  UserResponse,
} from './models.js';

/** What every event has. */
export interface BaseEvent<Type extends string = string> {
  /** Name of the event. */
  type: Type;
  /** When the server made it. */
  created_at: Timestamp;
  /** When it arrived here. */
  received_at: Date;
}

/** An event of one call. */
export interface CallEvent<Type extends string = string> extends BaseEvent<Type> {
  /** `type:id` of the call. */
  call_cid: string;
}

/** An event of one call that brings the call along. */
export interface CallDataEvent<Type extends string = string> extends CallEvent<Type> {
  /** The call, after the change. */
  call: CallResponse;
}

/** An event of one session of a call. */
export interface SessionDataEvent<Type extends string = string> extends CallEvent<Type> {
  /** Which session. */
  session_id: string;
}

/** Somebody did something in a call. */
export interface CallUserEvent<Type extends string = string> extends CallEvent<Type> {
  /** Who; with moderation, to whom it was done. */
  user: UserResponse;
}

/** Something goes out of a call, or does so no more. */
export interface EgressEvent<Type extends string = string> extends CallEvent<Type> {
  /** Which recording, transcription or broadcast. */
  egress_id: string;
}

/** A recording. */
export interface RecordingEvent<Type extends string = string> extends EgressEvent<Type> {
  /** Absent means `composite`. */
  recording_type?: 'composite' | 'individual' | 'raw';
}

/** A finished file. */
export interface CallRecording {
  /** When it ends. */
  end_time: Timestamp;
  /** Name of the file. */
  filename: string;
  /** Of which session. */
  session_id: string;
  /** When it begins. */
  start_time: Timestamp;
  /** Where to get it. */
  url: string;
}

/** A piece of speech as text. */
export interface CallClosedCaption {
  /** When it ends. */
  end_time: Timestamp;
  /** Unique in the call. */
  id: string;
  /** Language code. */
  language: string;
  /** Who speaks. */
  speaker_id: string;
  /** When it begins. */
  start_time: Timestamp;
  /** What was said. */
  text: string;
  /** Whether it is a translation. */
  translated: boolean;
  /** Who speaks. */
  user: UserResponse;
}

/** A reaction. */
export interface VideoReactionResponse {
  /** The app's free object. */
  custom?: CustomData | null;
  /** Such as `:like:`. */
  emoji_code?: string | null;
  /** Such as `reaction`, `raised-hand`. */
  type: string;
  /** Who. */
  user: UserResponse;
}

/** The socket to the coordinator works. Also what `connectUser` resolves with. */
export interface ConnectedEvent extends BaseEvent<'connection.ok'> {
  /** Names the socket in requests. */
  connection_id: string;
  /** The connected user. */
  me: OwnUserResponse;
}

/** The coordinator refused the socket. */
export interface ConnectionErrorEvent extends BaseEvent<'connection.error'> {
  /** Names the socket. */
  connection_id: string;
  /** Why. */
  error: {
    /** HTTP status it would have. */
    StatusCode: number;
    /** The coordinator's code. */
    code: number;
    /** For people. */
    message: string;
  };
}

/** The socket to the coordinator began or ceased to work. */
export interface ConnectionChangedEvent {
  /** Name of the event. */
  type: 'connection.changed';
  /** When it happened. */
  received_at: Date;
  /** Whether it works. */
  online: boolean;
}

/** The browser went online or offline. */
export interface NetworkChangedEvent {
  /** Name of the event. */
  type: 'network.changed';
  /** When it happened. */
  received_at: Date;
  /** Whether it is online. */
  online: boolean;
}

/** The call is over for this client. */
export interface CallLeftEvent {
  /** Name of the event. */
  type: 'call.left';
  /** `type:id` of the call. */
  call_cid: string;
  /** When it happened. */
  received_at: Date;
  /** Why: `user_left`, `call_ended`, `kicked`, `rejoin_attempt_limit_exceeded`, … */
  reason: string;
}

/** An event whose type these types do not know. */
export interface UnknownEvent {
  /** Name of the event. */
  type: string;
  /** When it arrived here. */
  received_at: Date;
  /** `type:id` of the call, with events of calls. */
  call_cid?: string;
  /** Whatever the server sent. */
  [field: string]: unknown;
}

/** The events, by name. */
export interface EventMap {
  /** A call was created, with this user as a member or creator. */
  'call.created': CallDataEvent<'call.created'> & { members: MemberResponse[] };
  /** The call was changed. */
  'call.updated': CallDataEvent<'call.updated'> & {
    capabilities_by_role: Record<string, string[]>;
  };
  /** The call was deleted. */
  'call.deleted': CallDataEvent<'call.deleted'>;
  /** The call was ended for everyone. */
  'call.ended': CallDataEvent<'call.ended'> & {
    members?: MemberResponse[];
    reason?: string;
    user?: UserResponse;
  };
  /** Everybody may join. */
  'call.live_started': CallDataEvent<'call.live_started'>;
  /** Somebody draws attention to the call. */
  'call.notification': CallDataEvent<'call.notification'> & {
    members: MemberResponse[];
    session_id: string;
    user: UserResponse;
  };

  /** Somebody rings. */
  'call.ring': CallDataEvent<'call.ring'> & {
    members: MemberResponse[];
    session_id: string;
    user: UserResponse;
    video: boolean;
  };
  /** Somebody accepted the ring. */
  'call.accepted': CallDataEvent<'call.accepted'> & { user: UserResponse };
  /** Somebody rejected the ring. */
  'call.rejected': CallDataEvent<'call.rejected'> & { reason?: string; user: UserResponse };
  /** The ring was not answered. */
  'call.missed': CallDataEvent<'call.missed'> & {
    members: MemberResponse[];
    notify_user: boolean;
    session_id: string;
    user: UserResponse;
  };

  /** Members were added. */
  'call.member_added': CallDataEvent<'call.member_added'> & { members: MemberResponse[] };
  /** Members were removed; `members` are user ids. */
  'call.member_removed': CallDataEvent<'call.member_removed'> & { members: string[] };
  /** The free objects of members were changed. */
  'call.member_updated': CallDataEvent<'call.member_updated'> & { members: MemberResponse[] };
  /** The roles of members were changed. */
  'call.member_updated_permission': CallDataEvent<'call.member_updated_permission'> & {
    capabilities_by_role: Record<string, string[]>;
    members: MemberResponse[];
  };

  /** The first participant came. */
  'call.session_started': CallDataEvent<'call.session_started'> & { session_id: string };
  /** The last participant left. */
  'call.session_ended': CallDataEvent<'call.session_ended'> & { session_id: string };
  /** A participant came. */
  'call.session_participant_joined': SessionDataEvent<'call.session_participant_joined'> & {
    participant: CallParticipantResponse;
  };
  /** A participant left. */
  'call.session_participant_left': SessionDataEvent<'call.session_participant_left'> & {
    duration_seconds: number;
    participant: CallParticipantResponse;
    reason?: string;
  };
  /** The numbers of participants of a large call. */
  'call.session_participant_count_updated': SessionDataEvent<'call.session_participant_count_updated'> & {
    anonymous_participant_count: number;
    participants_count_by_role: Record<string, number>;
  };

  /** Somebody asks for permissions. */
  'call.permission_request': CallUserEvent<'call.permission_request'> & { permissions: string[] };
  /** Permissions were granted or revoked. */
  'call.permissions_updated': CallUserEvent<'call.permissions_updated'> & {
    own_capabilities: OwnCapability[];
  };
  /** A user may not enter any more. */
  'call.blocked_user': CallUserEvent<'call.blocked_user'> & { blocked_by_user?: UserResponse };
  /** A user may enter again. */
  'call.unblocked_user': CallUserEvent<'call.unblocked_user'>;
  /** A user was put out. */
  'call.kicked_user': CallUserEvent<'call.kicked_user'> & { kicked_by_user?: UserResponse };
  /** Users were muted. */
  'call.user_muted': CallEvent<'call.user_muted'> & {
    from_user_id: string;
    muted_user_ids: string[];
    reason: string;
  };
  /** Moderation asks to blur somebody's video. */
  'call.moderation_blur': CallEvent<'call.moderation_blur'> & {
    custom: CustomData;
    user_id: string;
  };
  /** Moderation warns somebody. */
  'call.moderation_warning': CallEvent<'call.moderation_warning'> & {
    custom: CustomData;
    message: string;
    user_id: string;
  };

  /** Somebody reacted. */
  'call.reaction_new': CallEvent<'call.reaction_new'> & { reaction: VideoReactionResponse };
  /** An app's own event. */
  custom: CallUserEvent<'custom'> & { custom: CustomData };
  /** A caption. */
  'call.closed_caption': CallEvent<'call.closed_caption'> & { closed_caption: CallClosedCaption };
  /** A user was changed. */
  'user.updated': BaseEvent<'user.updated'> & { custom: CustomData; user: UserResponse };

  /** A recording started. */
  'call.recording_started': RecordingEvent<'call.recording_started'>;
  /** A recording stopped. */
  'call.recording_stopped': RecordingEvent<'call.recording_stopped'>;
  /** A recording failed. */
  'call.recording_failed': RecordingEvent<'call.recording_failed'>;
  /** The file of a recording is there. */
  'call.recording_ready': RecordingEvent<'call.recording_ready'> & {
    call_recording: CallRecording;
  };
  /** The recording of frames started. */
  'call.frame_recording_started': EgressEvent<'call.frame_recording_started'> & {
    call: CallResponse;
  };
  /** The recording of frames stopped. */
  'call.frame_recording_stopped': EgressEvent<'call.frame_recording_stopped'> & {
    call: CallResponse;
  };
  /** The recording of frames failed. */
  'call.frame_recording_failed': EgressEvent<'call.frame_recording_failed'> & {
    call: CallResponse;
  };
  /** A frame was stored. */
  'call.frame_recording_ready': EgressEvent<'call.frame_recording_ready'> & {
    captured_at: Timestamp;
    session_id: string;
    track_type: string;
    url: string;
    users: Record<string, UserResponse>;
  };

  /** Captions started. */
  'call.closed_captions_started': CallEvent<'call.closed_captions_started'>;
  /** Captions stopped. */
  'call.closed_captions_stopped': CallEvent<'call.closed_captions_stopped'>;
  /** Captions failed. */
  'call.closed_captions_failed': CallEvent<'call.closed_captions_failed'>;
  /** The transcription started. */
  'call.transcription_started': EgressEvent<'call.transcription_started'>;
  /** The transcription stopped. */
  'call.transcription_stopped': EgressEvent<'call.transcription_stopped'>;
  /** The transcription failed. */
  'call.transcription_failed': EgressEvent<'call.transcription_failed'> & { error?: string };
  /** The file of a transcription is there. */
  'call.transcription_ready': EgressEvent<'call.transcription_ready'> & {
    call_transcription: CallRecording;
  };

  /** The broadcast by HLS started. */
  'call.hls_broadcasting_started': CallDataEvent<'call.hls_broadcasting_started'> & {
    hls_playlist_url: string;
  };
  /** The broadcast by HLS stopped. */
  'call.hls_broadcasting_stopped': CallEvent<'call.hls_broadcasting_stopped'>;
  /** The broadcast by HLS failed. */
  'call.hls_broadcasting_failed': CallEvent<'call.hls_broadcasting_failed'>;
  /** A broadcast by RTMP started. */
  'call.rtmp_broadcast_started': CallEvent<'call.rtmp_broadcast_started'> & { name: string };
  /** A broadcast by RTMP stopped. */
  'call.rtmp_broadcast_stopped': CallEvent<'call.rtmp_broadcast_stopped'> & { name: string };
  /** A broadcast by RTMP failed. */
  'call.rtmp_broadcast_failed': CallEvent<'call.rtmp_broadcast_failed'> & { name: string };

  /** The report on a session is there. */
  'call.stats_report_ready': SessionDataEvent<'call.stats_report_ready'>;
  /** Somebody rated the call. */
  'call.user_feedback_submitted': SessionDataEvent<'call.user_feedback_submitted'> & {
    rating: number;
    reason?: string;
    user: UserResponse;
  };

  /** The socket to the coordinator works. */
  'connection.ok': ConnectedEvent;
  /** The coordinator refused the socket. */
  'connection.error': ConnectionErrorEvent;
  /** The socket to the coordinator is alive. */
  'health.check': BaseEvent<'health.check'> & { connection_id: string };

  /** The socket to the coordinator began or ceased to work. Made here. */
  'connection.changed': ConnectionChangedEvent;
  /** The browser went online or offline. Made here. */
  'network.changed': NetworkChangedEvent;
  /** The call is over for this client. Made here. */
  'call.left': CallLeftEvent;
}

/** Any event of {@link EventMap}, told apart by `type`. */
export type StreamVideoEvent = EventMap[keyof EventMap];

/** Listens to events. */
export interface EventSource {
  /**
   * Listens to one event. A listener that throws is reported and does not stop the others; it may
   * call anything, also `off` and `leave`.
   *
   * @returns ends the listening, like {@link off}
   */
  on<Name extends keyof EventMap>(
    name: Name,
    listener: (event: EventMap[Name]) => void,
  ): () => void;
  /** Listens to all events. */
  on(name: 'all', listener: (event: StreamVideoEvent) => void): () => void;
  /** Listens to an event that {@link EventMap} does not know. */
  on(name: string & {}, listener: (event: UnknownEvent) => void): () => void;
  /** Ends the listening of that very function to that very event. */
  off<Name extends keyof EventMap>(name: Name, listener: (event: EventMap[Name]) => void): void;
  /** Ends the listening to all events. */
  off(name: 'all', listener: (event: StreamVideoEvent) => void): void;
  /** Ends the listening to an event that {@link EventMap} does not know. */
  off(name: string & {}, listener: (event: UnknownEvent) => void): void;
}
