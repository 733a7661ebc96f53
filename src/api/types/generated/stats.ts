// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** Sums over a session. */
export interface CallStatsParticipantCounts {
  /** Users. */
  participants: number;
  /** Users who sent something. */
  publishers: number;
  /** Clients. */
  sessions: number;
  /** Clients that are still there. */
  live_sessions: number;
  /** Most clients at a time. */
  peak_concurrent_sessions: number;
  /** Most users at a time. */
  peak_concurrent_users: number;
  /** SFUs. */
  sfus_used: number;
  /** Mean jitter, ms. */
  average_jitter_ms?: number | null;
  /** Mean latency, ms. */
  average_latency_ms?: number | null;
  /** Longest time the video of a user stood still, ms. */
  max_freezes_duration_ms?: number | null;
  /** Time of all clients together, s. */
  total_participant_duration?: number | null;
  /** Events of the call. */
  call_event_count?: number | null;
  /** Mean rating, 1 to 5. */
  avg_user_rating?: number | null;
  /** Worst rating, 1 to 5. */
  min_user_rating?: number | null;
  /** Quality, 0 to 100. */
  cq_score?: number | null;
}

/** A user in the statistics of a session. */
export interface CallStatsParticipant {
  /** User id. */
  user_id: string;
  /** Shown to others. */
  name?: string | null;
  /** Roles in the call. */
  roles?: string[] | null;
  /** When something was heard last. */
  latest_activity_at?: Timestamp | null;
  /** Their clients. */
  sessions: CallStatsParticipantSession[];
}

/** A client in the statistics of a session. */
export interface CallStatsParticipantSession {
  /** The SFU session of the client. */
  user_session_id: string;
  /** The same over reconnects. */
  unified_session_id?: string | null;
  /** It is still there. */
  is_live: boolean;
  /** What it sent. */
  published_tracks: PublishedTrackFlags;
  /** How it sent it. */
  publisher_type?: string | null;
  /** When it came. */
  started_at?: Timestamp | null;
  /** When it left. */
  ended_at?: Timestamp | null;
  /** Quality, 0 to 100. */
  cq_score?: number | null;
  /** Mean jitter, ms. */
  jitter_ms?: number | null;
  /** Mean latency, ms. */
  latency_ms?: number | null;
  /** How long video stood still, ms. */
  freezes_duration_ms?: number | null;
  /** Its address. */
  current_ip?: string | null;
  /** Name of its SFU. */
  current_sfu?: string | null;
  /** How far that is, km. */
  distance_to_sfu_kilometers?: number | null;
  /** Where it is. */
  location?: CallStatsLocation | null;
  /** The external encoder it is. */
  ingress?: string | null;
  /** Browser. */
  browser?: string | null;
  /** Version of the browser. */
  browser_version?: string | null;
  /** System. */
  os?: string | null;
  /** SDK. */
  sdk?: string | null;
  /** Version of the SDK. */
  sdk_version?: string | null;
  /** Version of WebRTC. */
  webrtc_version?: string | null;
}

/** What was sent. */
export interface PublishedTrackFlags {
  /** Microphone. */
  audio: boolean;
  /** Camera. */
  video: boolean;
  /** Screen. */
  screenshare: boolean;
  /** Sound of the screen. */
  screenshare_audio: boolean;
}

/** Where a client is, as its address tells. */
export interface CallStatsLocation {
  /** Continent. */
  continent?: string | null;
  /** Country. */
  country?: string | null;
  /** Two letters. */
  country_iso_code?: string | null;
  /** State or region. */
  subdivision?: string | null;
  /** City. */
  city?: string | null;
  /** Degrees. */
  latitude?: number | null;
  /** Degrees. */
  longitude?: number | null;
  /** How far off that may be, m. */
  accuracy_radius_meters?: number | null;
}

/** Where the clients of a session and its SFUs are. */
export interface QueryCallStatsMapResponse extends ApiResponse {
  /** Call type. */
  call_type: string;
  /** Call id. */
  call_id: string;
  /** The session. */
  call_session_id: string;
  /** When the session began. */
  call_started_at?: Timestamp | null;
  /** When the session ended. */
  call_ended_at?: Timestamp | null;
  /** First moment of the map. */
  start_time?: Timestamp | null;
  /** Last moment of the map. */
  end_time?: Timestamp | null;
  /** When the map was made. */
  generated_at?: Timestamp | null;
  /** What it was made of. */
  data_source?: string | null;
  /** Sums over the session. */
  counts: CallStatsParticipantCounts;
  /** Those who send. */
  publishers?: unknown;
  /** Those who receive. */
  subscribers?: unknown;
  /** The SFUs. */
  sfus?: unknown;
}

/** Statistics of the users of a session. */
export interface QueryCallSessionParticipantStatsResponse extends ApiResponse {
  /** Call type. */
  call_type: string;
  /** Call id. */
  call_id: string;
  /** The session. */
  call_session_id: string;
  /** When the session began. */
  call_started_at?: Timestamp | null;
  /** When the session ended. */
  call_ended_at?: Timestamp | null;
  /** Sums over the session. */
  counts: CallStatsParticipantCounts;
  /** The users. */
  participants: CallStatsParticipant[];
  /** What happened in the call. */
  call_events?: unknown[] | null;
  /** What the answer was made of. */
  tmp_data_source?: string | null;
  /** Cursor of the page to load, or of the next page in an answer. */
  next?: string | null;
  /** Cursor of the page to load backwards, or of the page before in an answer. */
  prev?: string | null;
}

/** What was measured at one client, over time. */
export interface GetCallSessionParticipantStatsDetailsResponse extends ApiResponse {
  /** Call type. */
  call_type: string;
  /** Call id. */
  call_id: string;
  /** The session. */
  call_session_id: string;
  /** User id. */
  user_id: string;
  /** The SFU session of the client. */
  user_session_id: string;
  /** Which time, in which steps. */
  timeframe?: unknown;
  /** What it sent. */
  publisher?: unknown;
  /** What it received. */
  subscriber?: unknown;
  /** The client itself. */
  user?: unknown;
}

/** What happened at one client, in order. */
export interface QueryCallSessionParticipantStatsTimelineResponse extends ApiResponse {
  /** Call type. */
  call_type: string;
  /** Call id. */
  call_id: string;
  /** The session. */
  call_session_id: string;
  /** User id. */
  user_id: string;
  /** The SFU session of the client. */
  user_session_id: string;
  /** What happened. */
  events: CallParticipantTimeline[];
}

/** Something that happened at a client. */
export interface CallParticipantTimeline {
  /** What. */
  type: string;
  /** How bad it is. */
  severity: string;
  /** When. */
  timestamp: Timestamp;
  /** More about it. */
  data: CustomData;
}

/** Asks for sums over sessions. */
export interface QueryCallSessionStatsRequest {
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
}

/** Sums over sessions. */
export interface QueryCallSessionStatsResponse extends ApiResponse {
  /** The sessions, in order. */
  call_stats: CallStatsSessionResponse[];
  /** Cursor of the page to load, or of the next page in an answer. */
  next?: string | null;
  /** Cursor of the page to load backwards, or of the page before in an answer. */
  prev?: string | null;
}

/** Sums over one session. */
export interface CallStatsSessionResponse {
  /** Call type. */
  call_type: string;
  /** Call id. */
  call_id: string;
  /** The session. */
  call_session_id: string;
  /** When the session began. */
  call_started_at?: Timestamp | null;
  /** When the session ended. */
  call_ended_at?: Timestamp | null;
  /** When the sums were made. */
  generated_at: Timestamp;
  /** Sums over the session. */
  counts: CallStatsParticipantCounts;
}

/** The clients of a session. */
export interface QueryCallParticipantSessionsResponse extends ApiResponse {
  /** Call type. */
  call_type: string;
  /** Call id. */
  call_id: string;
  /** The session. */
  call_session_id: string;
  /** The clients. */
  participants_sessions: ParticipantSessionDetails[];
  /** The session. */
  session?: CallSessionResponse | null;
  /** Time of all clients together, s. */
  total_participant_duration: number;
  /** How many clients there were. */
  total_participant_sessions: number;
  /** Cursor of the page to load, or of the next page in an answer. */
  next?: string | null;
  /** Cursor of the page to load backwards, or of the page before in an answer. */
  prev?: string | null;
}

/** A client of a session. */
export interface ParticipantSessionDetails {
  /** User id. */
  user_id: string;
  /** The SFU session of the client. */
  user_session_id: string;
  /** How it sends. */
  publisher_type: string;
  /** Roles in the call. */
  roles: string[];
  /** When it came. */
  joined_at?: Timestamp | null;
  /** When it left. */
  left_at?: Timestamp | null;
  /** How long it was there, s. */
  duration_in_seconds?: number | null;
}

/** What was measured at the tracks of one client. */
export interface GetCallParticipantSessionMetricsResponse extends ApiResponse {
  /** User id. */
  user_id?: string | null;
  /** The SFU session of the client. */
  user_session_id?: string | null;
  /** It sent. */
  is_publisher?: boolean | null;
  /** It received. */
  is_subscriber?: boolean | null;
  /** When it came. */
  joined_at?: Timestamp | null;
  /** How it sent. */
  publisher_type?: string | null;
  /** The tracks. */
  published_tracks?: unknown[] | null;
  /** The client itself. */
  client?: unknown;
}

/** The report of a session is there. */
export interface CallStatsReportReadyEvent extends CallEvent<'call.stats_report_ready'> {
  /** The session. */
  session_id: string;
  /** Sums over the session. */
  counts: CallStatsParticipantCounts;
  /** The users. */
  participants_overview?: CallStatsParticipant[] | null;
  /** Not all users are listed. */
  is_trimmed?: boolean | null;
}
