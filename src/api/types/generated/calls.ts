// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** A call as everyone sees it. */
export interface CallResponse {
  /** Call type, such as `default`. */
  type: string;
  /** Unique within the type. */
  id: string;
  /** `type:id` */
  cid: string;
  /** Empty while there is no session. */
  current_session_id: string;
  /** Who created the call. */
  created_by: UserResponse;
  /** Belongs to the app. */
  custom: CustomData;
  /** Set at creation, never changed. */
  team?: string | null;
  /** When the call was created. */
  created_at: Timestamp;
  /** When the call was last changed. */
  updated_at: Timestamp;
  /** When the app plans to start. */
  starts_at?: Timestamp | null;
  /** Set by ending the call for everyone. */
  ended_at?: Timestamp | null;
  /** Only users with `join-backstage` may join. */
  backstage: boolean;
  /** How long before `starts_at` everybody may join, s. Mirrors `settings.backstage`. */
  join_ahead_time_seconds?: number | null;
  /** Who may not join. */
  blocked_user_ids: string[];
  /** The call is recorded. */
  recording: boolean;
  /** Transcription runs. */
  transcribing: boolean;
  /** Captions run. */
  captioning: boolean;
  /** Captions are translated. */
  translating: boolean;
  /** Where external encoders send to. */
  ingress: CallIngressResponse;
  /** What leaves the call besides its participants. */
  egress: EgressResponse;
  /** The running session, or the last one. */
  session?: CallSessionResponse | null;
  /** Complete: the call type with every override applied. */
  settings: CallSettingsResponse;
  /** Chat channel of the call. */
  channel_cid?: string | null;
  /** Number to dial in. */
  routing_number?: string | null;
  /** Pictures of the call. */
  thumbnails?: ThumbnailResponse | null;
}

/** Pictures of a call. */
export interface ThumbnailResponse {
  /** URL of the newest. */
  image_url: string;
}

/** What get, getOrCreate, update and each row of a query say about a call. */
export interface CallStateResponse {
  /** The call. */
  call: CallResponse;
  /** At most `members_limit` of its members. */
  members: MemberResponse[];
  /** The member that is the current user. */
  membership?: MemberResponse | null;
  /** What the current user may do. */
  own_capabilities: OwnCapability[];
}

/** What getOrCreate says about a call. */
export interface CreatedCallResponse extends CallStateResponse {
  /** False when the call existed. */
  created: boolean;
}

/** One session of a call: a time when somebody is in it. */
export interface CallSessionResponse {
  /** Unique. */
  id: string;
  /** The first participant came. */
  started_at?: Timestamp | null;
  /** Nobody was left for the inactivity timeout. */
  ended_at?: Timestamp | null;
  /** Who is in the call. */
  participants: CallParticipantResponse[];
  /** How many are in the call, by the role of the user. */
  participants_count_by_role: Record<string, number>;
  /** Anonymous participants are counted, never listed. */
  anonymous_participant_count: number;
  /** Who took the ring, and when. */
  accepted_by: Record<string, Timestamp>;
  /** Who declined the ring, and when. */
  rejected_by: Record<string, Timestamp>;
  /** Who did not answer the ring, and when. */
  missed_by: Record<string, Timestamp>;
  /** The call left backstage. */
  live_started_at?: Timestamp | null;
  /** The call went back to backstage. */
  live_ended_at?: Timestamp | null;
  /** `limits.max_duration_seconds` after the start: everybody is removed then. */
  timer_ends_at?: Timestamp | null;
}

/** One client in a session. A user with two tabs is two participants. */
export interface CallParticipantResponse {
  /** Who. */
  user: UserResponse;
  /** The SFU session of this client. */
  user_session_id: string;
  /** Member role, or the role of the user. */
  role: string;
  /** When. */
  joined_at: Timestamp;
}

/** What a new call shall be. */
export interface CallRequest {
  /** Who is invited, at most 100. */
  members?: MemberRequest[];
  /** Belongs to the app. */
  custom?: CustomData;
  /** Laid over the settings of the call type, field by field. */
  settings_override?: CallSettingsRequest;
  /** The same as `settings_override`; give only one of the two. */
  settings?: CallSettingsRequest;
  /** When the app plans to start. */
  starts_at?: Date | string;
  /** The same as `starts_at`; give only one of the two. */
  startsAt?: Date | string;
  /** The team the call belongs to, for good. Users with teams must name one of theirs. */
  team?: string;
  /** Which kind of incoming screen a ring shows: with video or without. */
  video?: boolean;
  /** Chat channel of the call. */
  channel_cid?: string;
}

/** Loads a call, or creates it. */
export interface GetOrCreateCallRequest {
  /** Used when the call is created. `ring` and `notify` stand beside it, not inside. */
  data?: CallRequest;
  /** How many members the answer holds: at most 100, 25 when absent. */
  members_limit?: number;
  /** Ring the members. */
  ring?: boolean;
  /** Tell the members. */
  notify?: boolean;
  /** Which kind of incoming screen a ring shows: with video or without. */
  video?: boolean;
}

/** Changes a call. */
export interface UpdateCallRequest {
  /** Replaces the stored object. */
  custom?: CustomData;
  /** Laid over the settings of the call, field by field. */
  settings_override?: CallSettingsRequest;
  /** The same as `settings_override`; give only one of the two. */
  settings?: CallSettingsRequest;
  /** When the app plans to start. */
  starts_at?: Date | string;
  /** The same as `starts_at`; give only one of the two. */
  startsAt?: Date | string;
}

/** Asks to be let into a call. */
export interface JoinCallRequest {
  /** Where the client is, as the location hint names it; any text. */
  location?: string;
  /** Create the call when it is missing; without it joining a missing call is refused. */
  create?: boolean;
  /** Used when the call is created. */
  data?: CallRequest;
  /** How many members the answer holds: at most 100, 25 when absent. */
  members_limit?: number;
  /** Ring the members. */
  ring?: boolean;
  /** Tell the members. */
  notify?: boolean;
  /** Which kind of incoming screen a ring shows: with video or without. */
  video?: boolean;
  /** The client encrypts its media end to end. */
  e2ee?: boolean;
  /** Name of the SFU to leave. */
  migrating_from?: string;
  /** Names of SFUs to avoid. */
  migrating_from_list?: string[];
  /** The client will publish to very many. */
  hint_high_scale_livestream_publisher?: boolean;
}

/** Lets the client in. */
export interface JoinCallResponse extends ApiResponse, CallStateResponse {
  /** False when the call existed. */
  created: boolean;
  /** How to reach the SFU. */
  credentials: Credentials;
  /** How the client reports statistics. */
  stats_options: StatsOptions;
}

/** How to reach the SFU. */
export interface Credentials {
  /** Where. */
  server: SfuServerResponse;
  /** SFU token, valid for six hours. */
  token: string;
  /** STUN and TURN servers. */
  ice_servers: IceServerResponse[];
}

/** An SFU. */
export interface SfuServerResponse {
  /** Name of the SFU. */
  edge_name: string;
  /** Base of the Twirp service, ends in `/twirp`. */
  url: string;
  /** The SFU socket. */
  ws_endpoint: string;
}

/** A STUN or TURN server. */
export interface IceServerResponse {
  /** `stun:` and `turn:` URLs. */
  urls: string[];
  /** Empty for STUN. */
  username: string;
  /** Empty for STUN. */
  password: string;
}

/** How the client reports statistics. */
export interface StatsOptions {
  /** Between reports to the SFU, ms. */
  reporting_interval_ms: number;
  /** Send traces of the peer connections. */
  enable_rtc_stats: boolean;
}

/** Deletes a call. */
export interface DeleteCallRequest {
  /** Nothing of the call is kept, files included. */
  hard?: boolean;
}

/** The call that is gone. */
export interface DeleteCallResponse extends ApiResponse {
  /** The call. */
  call: CallResponse;
  /** The deletion of the files, which takes time. */
  task_id?: string | null;
}

/** Asks for calls. */
export interface QueryCallsRequest {
  /** Field → value, or field → operator → value. */
  filter_conditions?: CustomData;
  /** At most 2. */
  sort?: SortParam[];
  /** At most 100, 25 when absent. */
  limit?: number;
  /** Cursor of the page to load, or of the next page in an answer. */
  next?: string;
  /** Cursor of the page to load backwards, or of the page before in an answer. */
  prev?: string;
  /** Watch every call of the answer. */
  watch?: boolean;
}

/** One key of an order. */
export interface SortParam {
  /** Which field. */
  field: string;
  /** 1 ascending (also when absent), -1 descending. */
  direction?: number;
  /** How custom data is compared. */
  type?: string;
}

/** Calls. */
export interface QueryCallsResponse extends ApiResponse {
  /** The calls, in order. */
  calls: CallStateResponse[];
  /** Cursor of the page to load, or of the next page in an answer. */
  next?: string | null;
  /** Cursor of the page to load backwards, or of the page before in an answer. */
  prev?: string | null;
}

/** Answer to `GetCall`: loads a call. */
export interface GetCallResponse extends ApiResponse, CallStateResponse {}

/** Answer to `GetOrCreateCall`: loads a call, creating it when it is missing. */
export interface GetOrCreateCallResponse extends ApiResponse, CreatedCallResponse {}

/** Answer to `UpdateCall`: changes a call. */
export interface UpdateCallResponse extends ApiResponse, CallStateResponse {}

/** Answer to `EndCall`: ends a call for everyone. */
export interface EndCallResponse extends ApiResponse {}

/** A call was created. */
export interface CallCreatedEvent extends CallEvent<'call.created'> {
  /** The call. */
  call: CallResponse;
  /** Its members. */
  members: MemberResponse[];
}

/** A call was changed. */
export interface CallUpdatedEvent extends CallEvent<'call.updated'> {
  /** The call. */
  call: CallResponse;
  /** Lets clients recompute their own capabilities. */
  capabilities_by_role: Record<string, string[]>;
}

/** A call was deleted. */
export interface CallDeletedEvent extends CallEvent<'call.deleted'> {
  /** The call. */
  call: CallResponse;
}

/** A call was ended for everyone. */
export interface CallEndedEvent extends CallEvent<'call.ended'> {
  /** The call. */
  call: CallResponse;
  /** Absent when the server ended it. */
  user?: UserResponse | null;
  /** Why. */
  reason?: string | null;
  /** Its members. */
  members?: MemberResponse[] | null;
}

/** Somebody wants the members to know about the call. */
export interface CallNotificationEvent extends CallEvent<'call.notification'> {
  /** The call. */
  call: CallResponse;
  /** Its members. */
  members: MemberResponse[];
  /** The current session, or empty. */
  session_id: string;
  /** Who. */
  user: UserResponse;
}

/** The first participant came. */
export interface CallSessionStartedEvent extends CallEvent<'call.session_started'> {
  /** The call. */
  call: CallResponse;
  /** The new session. */
  session_id: string;
}

/** Nobody was left for the inactivity timeout, or the call ended. */
export interface CallSessionEndedEvent extends CallEvent<'call.session_ended'> {
  /** The call. */
  call: CallResponse;
  /** The session that is over. */
  session_id: string;
}

/** A participant came. */
export interface CallSessionParticipantJoinedEvent
  extends CallEvent<'call.session_participant_joined'> {
  /** Who. */
  participant: CallParticipantResponse;
  /** The session. */
  session_id: string;
}

/** A participant left. */
export interface CallSessionParticipantLeftEvent
  extends CallEvent<'call.session_participant_left'> {
  /** Who. */
  participant: CallParticipantResponse;
  /** The session. */
  session_id: string;
  /** How long the participant was there, s. */
  duration_seconds: number;
  /** Why. */
  reason?: string | null;
}

/**
 * The numbers of a call whose participants are not all told of one by one: anonymous ones, or very
 * many.
 */
export interface CallSessionParticipantCountsUpdatedEvent
  extends CallEvent<'call.session_participant_count_updated'> {
  /** The session. */
  session_id: string;
  /** How many are in the call, by the role of the user. */
  participants_count_by_role: Record<string, number>;
  /** How many are counted only. */
  anonymous_participant_count: number;
}
