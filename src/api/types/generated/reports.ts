// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** Asks for reports of sessions. */
export interface QueryCallStatsRequest {
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

/** Reports of sessions. */
export interface QueryCallStatsResponse extends ApiResponse {
  /** The reports, in order. */
  reports: CallStatsReportSummaryResponse[];
  /** Cursor of the page to load, or of the next page in an answer. */
  next?: string | null;
  /** Cursor of the page to load backwards, or of the page before in an answer. */
  prev?: string | null;
}

/** The report of one session, in short. */
export interface CallStatsReportSummaryResponse {
  /** `type:id` of the call. */
  call_cid: string;
  /** The session. */
  call_session_id: string;
  /** Whether the session still runs. */
  call_status: string;
  /** How long it lasted, s. */
  call_duration_seconds: number;
  /** When the first measurement came. */
  first_stats_time: Timestamp;
  /** When the report was made. */
  created_at?: Timestamp | null;
  /** Worst rating, 1 to 5. */
  min_user_rating?: number | null;
  /** 0 to 100. */
  quality_score?: number | null;
}

/** Asks for sums over many calls. */
export interface QueryAggregateCallStatsRequest {
  /** First day. */
  from?: string;
  /** Last day. */
  to?: string;
  /** Which sums. */
  report_types?: string[];
}

/** Sums over many calls. */
export interface QueryAggregateCallStatsResponse extends ApiResponse {
  /** How long calls lasted. */
  call_duration_report?: unknown;
  /** How many took part. */
  call_participant_count_report?: unknown;
  /** How many calls there were. */
  calls_per_day_report?: unknown;
  /** How the network was. */
  network_metrics_report?: unknown;
  /** How good calls were. */
  quality_score_report?: unknown;
  /** Which SDKs were used. */
  sdk_usage_report?: unknown;
  /** What users thought. */
  user_feedback_report?: unknown;
}

/** The report of one session. */
export interface GetCallReportResponse extends ApiResponse {
  /** The session. */
  session_id: string;
  /** The report. */
  report: ReportResponse;
  /** The session. */
  session?: CallSessionResponse | null;
  /** Chat only. */
  chat_activity?: unknown;
  /** What was said, in short. */
  digest?: unknown;
  /** Reactions, counted. */
  video_reactions?: unknown[] | null;
}

/** The parts of a report. */
export interface ReportResponse {
  /** The call. */
  call: CallReportResponse;
  /** Who took part, by browser, country, device and system. */
  participants: unknown;
  /** What users thought. */
  user_ratings: unknown;
}

/** How good a call was. */
export interface CallReportResponse {
  /** 0 to 100. */
  score: number;
  /** When it began. */
  started_at?: Timestamp | null;
  /** When it ended. */
  ended_at?: Timestamp | null;
}
