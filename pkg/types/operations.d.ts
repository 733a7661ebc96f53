/**
 * Requests and answers of the operations that are one request each, under the names of the
 * protocol's schema, so that generated types can take their place.
 */
import type { CallRecording, VideoReactionResponse } from './events.js';
import type {
  ApiResponse,
  CallResponse,
  CustomData,
  DeviceResponse,
  MemberResponse,
  UserResponse,
} from './models.js';

/** Order of a query. */
export interface SortParam {
  /** By which field. */
  field: string;
  /** 1 upwards, -1 downwards. */
  direction: 1 | -1;
}

/** What all queries take. */
export interface QueryParams {
  /** Fields and values, or fields and operators such as `{ $in: [] }`. */
  filter_conditions?: Record<string, unknown>;
  /** Most important first. */
  sort?: SortParam[];
  /** How many at most. */
  limit?: number;
  /** `next` of the page before. */
  next?: string;
  /** `prev` of the page after. */
  prev?: string;
}

/** Parameters of {@link Client.queryCalls}. */
export interface QueryCallsRequest extends QueryParams {
  /** Receive updates of the calls. */
  watch?: boolean;
}

/** Where a page of a query ends. */
export interface PagedResponse extends ApiResponse {
  /** For the next page, if there is one. */
  next?: string;
  /** For the page before, if there is one. */
  prev?: string;
}

/** Answer to {@link Call.queryMembers}. */
export interface QueryCallMembersResponse extends PagedResponse {
  /** The members on this page. */
  members: MemberResponse[];
}

/** Parameters of {@link Call.ring}. */
export interface RingCallRequest {
  /** Whom to ring; by default all members who are not in the call. */
  members_ids?: string[];
  /** Whether it is a video call. */
  video?: boolean;
}

/** Answer to {@link Call.ring}. */
export interface RingCallResponse extends ApiResponse {
  /** Who was rung. */
  members_ids: string[];
}

/** Answer to {@link Call.delete}. */
export interface DeleteCallResponse extends ApiResponse {
  /** The call. */
  call: CallResponse;
  /** Names the job that deletes what was recorded. */
  task_id?: string;
}

/** Parameters of {@link Call.kickUser}. */
export interface KickUserRequest {
  /** Whom. */
  user_id: string;
  /** Do not let them in again. */
  block?: boolean;
}

/** What may be asked for, granted and revoked. */
export type RequestablePermission = 'send-audio' | 'send-video' | 'screenshare';

/** Parameters of {@link Call.updateUserPermissions}. */
export interface UpdateUserPermissionsRequest {
  /** Whose. */
  user_id: string;
  /** What they may do from now on. */
  grant_permissions?: RequestablePermission[];
  /** What they may not do any more. */
  revoke_permissions?: RequestablePermission[];
}

/** Parameters of {@link Call.pinForEveryone}. */
export interface PinRequest {
  /** Who. */
  user_id: string;
  /** Which of their sessions. */
  session_id: string;
}

/** Parameters of {@link Call.sendReaction}. */
export interface SendVideoReactionRequest {
  /** Such as `reaction`, `raised-hand`. */
  type: string;
  /** Such as `:like:`. */
  emoji_code?: string;
  /** The app's free object. */
  custom?: CustomData;
}

/** Answer to {@link Call.sendReaction}. */
export interface SendVideoReactionResponse extends ApiResponse {
  /** As the others get it. */
  reaction: VideoReactionResponse;
}

/** What is recorded: everything as one picture, each participant apart, or raw media. */
export type RecordingType = 'composite' | 'individual' | 'raw';

/** Parameters of {@link Call.startRecording}. */
export interface StartRecordingRequest {
  /** Where the files go. */
  recording_external_storage?: string;
}

/** Answer to {@link Call.listRecordings}. */
export interface ListRecordingsResponse extends ApiResponse {
  /** The files. */
  recordings: CallRecording[];
}

/** Parameters of {@link Call.startTranscription}. */
export interface StartTranscriptionRequest {
  /** Language code. */
  language?: string;
  /** Make captions, too. */
  enable_closed_captions?: boolean;
  /** Where the files go. */
  transcription_external_storage?: string;
}

/** Parameters of {@link Call.stopTranscription}. */
export interface StopTranscriptionRequest {
  /** Stop the captions, too. */
  stop_closed_captions?: boolean;
}

/** Answer to {@link Call.listTranscriptions}. */
export interface ListTranscriptionsResponse extends ApiResponse {
  /** The files. */
  transcriptions: CallRecording[];
}

/** Parameters of {@link Call.startClosedCaptions}. */
export interface StartClosedCaptionsRequest {
  /** Language code. */
  language?: string;
  /** Keep a transcription, too. */
  enable_transcription?: boolean;
  /** Where the files go. */
  external_storage?: string;
}

/** Parameters of {@link Call.stopClosedCaptions}. */
export interface StopClosedCaptionsRequest {
  /** Stop the transcription, too. */
  stop_transcription?: boolean;
}

/** Answer to {@link Call.startHLS}. */
export interface StartHLSBroadcastingResponse extends ApiResponse {
  /** URL for players. */
  playlist_url: string;
}

/** Parameters of {@link Call.startRTMPBroadcasts}. */
export interface StartRTMPBroadcastsRequest {
  /** One at a time. */
  broadcasts: {
    /** Unique in the call. */
    name: string;
    /** Where to. */
    stream_url: string;
    /** Secret of the receiver. */
    stream_key?: string;
    /** Such as `720p`. */
    quality?: string;
  }[];
}

/** Answer to {@link Client.createGuestUser}. */
export interface CreateGuestResponse extends ApiResponse {
  /** Whom the coordinator made; the id may be another one than asked for. */
  user: UserResponse;
  /** For {@link Client.connectUser}. */
  access_token: string;
}

/** Answer to {@link Client.getDevices}. */
export interface ListDevicesResponse extends ApiResponse {
  /** Devices that get push messages. */
  devices: DeviceResponse[];
}

/** Answer to {@link Client.edges}. */
export interface GetEdgesResponse extends ApiResponse {
  /** Places where the server has SFUs. */
  edges: Record<string, unknown>[];
}
