import type { OwnCapability } from './enums.js';
import type { CallSettingsRequest, CallSettingsResponse } from './settings.js';

/** Data of the app that nobody else reads: any JSON. Check what you read before you use it. */
export type CustomData = Record<string, unknown>;

/** A moment as the server writes it: RFC 3339. State getters have `Date`s instead. */
export type Timestamp = string;

/** A user as the server knows them. */
export interface UserResponse {
  /** Whether they may not use the app. */
  banned?: boolean;
  /** Users they blocked. */
  blocked_user_ids: string[];
  /** When the user was made. */
  created_at: Timestamp;
  /** The user's free object. */
  custom: CustomData;
  /** When the user was put out of use. */
  deactivated_at?: Timestamp | null;
  /** When the user was deleted. */
  deleted_at?: Timestamp | null;
  /** Unique in the app. */
  id: string;
  /** URL of a picture. */
  image?: string | null;
  /** Language code. */
  language: string;
  /** When they were seen last. */
  last_active?: Timestamp | null;
  /** To be shown. */
  name?: string | null;
  /** Whether they are connected. */
  online?: boolean;
  /** Tokens made before are void. */
  revoke_tokens_issued_before?: Timestamp | null;
  /** Role in the app. */
  role: string;
  /** Teams of the user. */
  teams: string[];
  /** Role in each team. */
  teams_role?: Record<string, string> | null;
  /** When the user was last changed. */
  updated_at: Timestamp;
}

/** A device that gets push messages. */
export interface DeviceResponse {
  /** Unique in the app. */
  id: string;
  /** Such as `firebase`, `apn`. */
  push_provider: string;
  /** Other fields. */
  [field: string]: unknown;
}

/** The connected user. */
export interface OwnUserResponse extends UserResponse {
  /** Devices that get push messages. */
  devices: DeviceResponse[];
}

/** A member of a call: somebody invited. */
export interface MemberResponse {
  /** When they became a member. */
  created_at: Timestamp;
  /** The member's free object. */
  custom: CustomData;
  /** When they were removed. */
  deleted_at?: Timestamp | null;
  /** Role in the call. */
  role?: string | null;
  /** When the membership was last changed. */
  updated_at: Timestamp;
  /** Who. */
  user: UserResponse;
  /** Who. */
  user_id: string;
}

/** A participant as the coordinator knows them. */
export interface CallParticipantResponse {
  /** When they came in. */
  joined_at: Timestamp;
  /** Role in the call. */
  role: string;
  /** Who. */
  user: UserResponse;
  /** Equal to `sessionId` of the participant. */
  user_session_id: string;
}

/** A session of a call: the time from its first participant to its last. */
export interface CallSessionResponse {
  /** User id → when they accepted. */
  accepted_by: Record<string, Timestamp>;
  /** Participants without a user. */
  anonymous_participant_count: number;
  /** When the last one left. */
  ended_at?: Timestamp | null;
  /** Unique in the app. */
  id: string;
  /** When backstage began again. */
  live_ended_at?: Timestamp | null;
  /** When everybody was let in. */
  live_started_at?: Timestamp | null;
  /** User id → when they missed the call. */
  missed_by: Record<string, Timestamp>;
  /** Who is in the call. */
  participants: CallParticipantResponse[];
  /** How many of each role. */
  participants_count_by_role: Record<string, number>;
  /** User id → when they rejected. */
  rejected_by: Record<string, Timestamp>;
  /** When the first one came. */
  started_at?: Timestamp | null;
  /** When the session will be ended. */
  timer_ends_at?: Timestamp | null;
}

/** Whether something runs. */
export interface EgressStatus {
  /** `running` while it does. */
  status: string;
}

/** Broadcast by HLS. */
export interface EgressHLSResponse extends EgressStatus {
  /** Where to watch. */
  playlist_url: string;
}

/** Broadcast by RTMP. */
export interface EgressRTMPResponse {
  /** The app's name for it. */
  name: string;
  /** Since when. */
  started_at: Timestamp;
  /** Key at the target. */
  stream_key?: string | null;
  /** The target. */
  stream_url?: string | null;
}

/** What goes out of a call. */
export interface EgressResponse {
  /** Whether it is broadcast by HLS. */
  broadcasting: boolean;
  /** Recording. */
  composite_recording?: EgressStatus | null;
  /** Recording of frames. */
  frame_recording?: EgressStatus | null;
  /** Broadcast by HLS. */
  hls?: EgressHLSResponse | null;
  /** Recording of single participants. */
  individual_recording?: EgressStatus | null;
  /** Unmixed recording. */
  raw_recording?: EgressStatus | null;
  /** Broadcasts by RTMP. */
  rtmps: EgressRTMPResponse[];
}

/** Where broadcasts can come in. */
export interface CallIngressResponse {
  /** By RTMP. */
  rtmp: { /** URL. */ address: string };
  /** By SRT. */
  srt: { /** URL. */ address: string };
  /** By WHIP. */
  whip: { /** URL. */ address: string };
}

/** Pictures of a call. */
export interface ThumbnailResponse {
  /** The newest. */
  image_url: string;
}

/** A call as the coordinator knows it. */
export interface CallResponse {
  /** Whether only some may join. */
  backstage: boolean;
  /** Users who may not enter. */
  blocked_user_ids: string[];
  /** Whether captions are made. */
  captioning: boolean;
  /** Chat channel of the call. */
  channel_cid?: string | null;
  /** `type:id` */
  cid: string;
  /** When the call was made. */
  created_at: Timestamp;
  /** Who made it. */
  created_by: UserResponse;
  /** The running session, or empty. */
  current_session_id: string;
  /** The app's free object. */
  custom: CustomData;
  /** What goes out of the call. */
  egress: EgressResponse;
  /** When the call was ended. */
  ended_at?: Timestamp | null;
  /** Unique within the type. */
  id: string;
  /** Where broadcasts can come in. */
  ingress: CallIngressResponse;
  /** How long before `starts_at` everybody may join, in s. */
  join_ahead_time_seconds?: number | null;
  /** Whether it is recorded. */
  recording: boolean;
  /** Number to dial in. */
  routing_number?: string | null;
  /** The running session. */
  session?: CallSessionResponse | null;
  /** The settings, complete. */
  settings: CallSettingsResponse;
  /** When the call begins. */
  starts_at?: Timestamp | null;
  /** The team it belongs to. */
  team?: string | null;
  /** Pictures of the call. */
  thumbnails?: ThumbnailResponse | null;
  /** Whether it is transcribed. */
  transcribing: boolean;
  /** Whether captions are translated. */
  translating: boolean;
  /** The call type. */
  type: string;
  /** When the call was last changed. */
  updated_at: Timestamp;
}

/** Part of every answer. */
export interface ApiResponse {
  /** How long the server worked, for people. */
  duration: string;
}

/** Answer of {@link Call.get}. */
export interface GetCallResponse extends ApiResponse {
  /** The call. */
  call: CallResponse;
  /** Its members, up to `members_limit`. */
  members: MemberResponse[];
  /** The member that is this user. */
  membership?: MemberResponse | null;
  /** What this user may do. */
  own_capabilities: OwnCapability[];
}

/** Answer of {@link Call.getOrCreate}. */
export interface GetOrCreateCallResponse extends GetCallResponse {
  /** Whether the call is new. */
  created: boolean;
}

/** Answer of {@link Call.update}. */
export interface UpdateCallResponse extends GetCallResponse {}

/** Answer of {@link Call.updateCallMembers}. */
export interface UpdateCallMembersResponse extends ApiResponse {
  /** The members that were added or changed. */
  members: MemberResponse[];
}

/** Answer of {@link Call.endCall}. */
export interface EndCallResponse extends ApiResponse {}

/** Answer of {@link Call.goLive}. */
export interface GoLiveResponse extends ApiResponse {
  /** The call. */
  call: CallResponse;
}

/** Answer of {@link Call.stopLive}. */
export interface StopLiveResponse extends ApiResponse {
  /** The call. */
  call: CallResponse;
}

/** Somebody to invite. */
export interface MemberRequest {
  /** Who. */
  user_id: string;
  /** Role in the call. */
  role?: string;
  /** The member's free object. */
  custom?: CustomData;
}

/** What a new call shall be. */
export interface CallRequest {
  /** Chat channel of the call. */
  channel_cid?: string;
  /** The app's free object. */
  custom?: CustomData;
  /** Who is invited, 100 at most. */
  members?: MemberRequest[];
  /** What differs from the settings of the call type. */
  settings_override?: CallSettingsRequest;
  /** The same as `settings_override`; give only one of the two. */
  settings?: CallSettingsRequest;
  /** When the call begins. */
  starts_at?: Date | string;
  /** The same as `starts_at`; give only one of the two. */
  startsAt?: Date | string;
  /** The team it belongs to. Users with teams must name one of theirs. */
  team?: string;
  /** Whether a ring shall say that it is a video call. */
  video?: boolean;
}

/** Parameters of {@link Call.get}. */
export interface GetCallParams {
  /** Ring all members. */
  ring?: boolean;
  /** Notify all members. */
  notify?: boolean;
  /** How many members the answer holds at most, up to 100. */
  members_limit?: number;
  /** Whether a ring shall say that it is a video call. */
  video?: boolean;
}

/** Parameters of {@link Call.getOrCreate}. */
export interface GetOrCreateCallRequest extends GetCallParams {
  /** What the call shall be when it is new. `ring` and `notify` stand beside it, not inside. */
  data?: CallRequest;
}

/** What {@link Call.join} tells the coordinator. */
export interface JoinCallData extends GetOrCreateCallRequest {
  /** Create the call when it is missing; without it joining a missing call is refused. */
  create?: boolean;
}

/** Parameters of {@link Call.update}. */
export interface UpdateCallRequest {
  /** The app's free object, whole. */
  custom?: CustomData;
  /** Settings to change. */
  settings_override?: CallSettingsRequest;
  /** The same as `settings_override`; give only one of the two. */
  settings?: CallSettingsRequest;
  /** When the call begins. */
  starts_at?: Date | string;
  /** The same as `starts_at`; give only one of the two. */
  startsAt?: Date | string;
}

/** Parameters of {@link Call.updateCallMembers}. */
export interface UpdateCallMembersRequest {
  /** Members to add or to change. */
  update_members?: MemberRequest[];
  /** User ids of members to remove. */
  remove_members?: string[];
}

/** Parameters of {@link Call.goLive}. */
export interface GoLiveRequest {
  /** Where a recording goes. */
  recording_storage_name?: string;
  /** Start captions. */
  start_closed_caption?: boolean;
  /** Start a recording. */
  start_composite_recording?: boolean;
  /** Start the broadcast by HLS. */
  start_hls?: boolean;
  /** Start recording single participants. */
  start_individual_recording?: boolean;
  /** Start the unmixed recording. */
  start_raw_recording?: boolean;
  /** Start a recording. */
  start_recording?: boolean;
  /** Start the transcription. */
  start_transcription?: boolean;
  /** Where a transcription goes. */
  transcription_storage_name?: string;
}

/** Parameters of {@link Call.stopLive}: what shall go on although the call is not live. */
export interface StopLiveRequest {
  /** Captions. */
  continue_closed_caption?: boolean;
  /** The recording. */
  continue_composite_recording?: boolean;
  /** The broadcast by HLS. */
  continue_hls?: boolean;
  /** The recording of single participants. */
  continue_individual_recording?: boolean;
  /** The unmixed recording. */
  continue_raw_recording?: boolean;
  /** The recording. */
  continue_recording?: boolean;
  /** Broadcasts by RTMP. */
  continue_rtmp_broadcasts?: boolean;
  /** The transcription. */
  continue_transcription?: boolean;
}
