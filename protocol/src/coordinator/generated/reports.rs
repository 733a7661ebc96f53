//! Reports on calls. Their depths are kept as free JSON: they belong to the server that measures.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use serde::Serialize;
use serde_json::Value;

use crate::coordinator::{CallSessionResponse, Custom, DateTime, SortParam, input::model};

/// Asks for reports of sessions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallStatsRequest {
    /// Field → value, or field → operator → value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_conditions: Option<Custom>,
    /// At most 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<Vec<SortParam>>,
    /// At most 100, 25 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Cursor of the page to load, or of the next page in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Cursor of the page to load backwards, or of the page before in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
}

model! { QueryCallStatsRequest { filter_conditions, sort, limit, next, prev } }

/// Reports of sessions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryCallStatsResponse {
    /// The reports, in order.
    pub reports: Vec<CallStatsReportSummaryResponse>,
    /// Cursor of the page to load, or of the next page in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Cursor of the page to load backwards, or of the page before in an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev: Option<String>,
}

model! { QueryCallStatsResponse { reports, next, prev } }

/// The report of one session, in short.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallStatsReportSummaryResponse {
    /// `type:id` of the call.
    pub call_cid: String,
    /// The session.
    pub call_session_id: String,
    /// Whether the session still runs.
    pub call_status: String,
    /// How long it lasted, s.
    pub call_duration_seconds: u32,
    /// When the first measurement came.
    pub first_stats_time: DateTime,
    /// When the report was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime>,
    /// Worst rating, 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_user_rating: Option<i32>,
    /// 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_score: Option<i32>,
}

model! { CallStatsReportSummaryResponse {
    call_cid, call_session_id, call_status, call_duration_seconds, first_stats_time, created_at,
    min_user_rating, quality_score
} }

/// Asks for sums over many calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryAggregateCallStatsRequest {
    /// First day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Which sums.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_types: Option<Vec<String>>,
}

model! { QueryAggregateCallStatsRequest { from, to, report_types } }

/// Sums over many calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct QueryAggregateCallStatsResponse {
    /// How long calls lasted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_duration_report: Option<Value>,
    /// How many took part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_participant_count_report: Option<Value>,
    /// How many calls there were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_per_day_report: Option<Value>,
    /// How the network was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_metrics_report: Option<Value>,
    /// How good calls were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_score_report: Option<Value>,
    /// Which SDKs were used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdk_usage_report: Option<Value>,
    /// What users thought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_feedback_report: Option<Value>,
}

model! { QueryAggregateCallStatsResponse {
    call_duration_report, call_participant_count_report, calls_per_day_report,
    network_metrics_report, quality_score_report, sdk_usage_report, user_feedback_report
} }

/// The report of one session.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GetCallReportResponse {
    /// The session.
    pub session_id: String,
    /// The report.
    pub report: ReportResponse,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<CallSessionResponse>,
    /// Chat only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_activity: Option<Value>,
    /// What was said, in short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Value>,
    /// Reactions, counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_reactions: Option<Vec<Value>>,
}

model! { GetCallReportResponse {
    session_id, report, session, chat_activity, digest, video_reactions
} }

/// The parts of a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReportResponse {
    /// The call.
    pub call: CallReportResponse,
    /// Who took part, by browser, country, device and system.
    pub participants: Value,
    /// What users thought.
    pub user_ratings: Value,
}

model! { ReportResponse { call, participants, user_ratings } }

/// How good a call was.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CallReportResponse {
    /// 0 to 100.
    pub score: f64,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTime>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<DateTime>,
}

model! { CallReportResponse { score, started_at, ended_at } }
