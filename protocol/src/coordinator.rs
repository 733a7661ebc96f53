//! REST bodies and events of the coordinator.
//!
//! Plain data: what is sent derives `Serialize`, what is received derives `Deserialize`. Input is
//! read leniently, as the coordinator protocol asks: `null` means absent, unknown fields are
//! ignored, dates are RFC 3339 strings or Unix nanoseconds.

mod call;
mod capability;
mod date_time;
mod error;
mod event;
mod input;
mod operations;
mod session;
mod settings;
mod user;

pub use call::{
    CallIngressResponse, CallResponse, CallStateResponse, EgressResponse, IngressAddress,
    MemberResponse,
};
pub use capability::OwnCapability;
pub use date_time::{DateEncoding, DateTime, InvalidDate};
pub use error::{ApiError, ErrorCode};
pub use event::{Event, EventBody, event_type};
pub use input::Object;
pub use operations::{
    CallRequest, CreateGuestRequest, CreateGuestResponse, CreatedCallResponse, Credentials,
    EdgeResponse, Empty, GetEdgesResponse, GetOrCreateCallRequest, GoLiveRequest,
    IceServerResponse, JoinCallRequest, JoinCallResponse, LiveResponse, MemberRequest,
    MembersResponse, QueryCallMembersRequest, QueryCallsRequest, QueryCallsResponse,
    SfuServerResponse, SortParam, StatsOptions, Timed, UpdateCallMembersRequest, UpdateCallRequest,
    WsAuthMessage,
};
pub use session::{CallParticipantResponse, CallSessionResponse};
pub use settings::{
    AudioSettings, BackstageSettings, BroadcastingSettings, CallSettings, EncryptionSettings,
    FrameRecordingSettings, GeofencingSettings, HlsSettings, IndividualRecordingSettings,
    LimitsSettings, NoiseCancellationSettings, RawRecordingSettings, RecordingSettings,
    RingSettings, RtmpSettings, ScreensharingSettings, SessionSettings, TargetResolution,
    ThumbnailsSettings, TranscriptionSettings, VideoSettings,
};
pub use user::{OwnUserResponse, UserRequest, UserResponse};

/// A free JSON object that belongs to the app.
pub type Custom = serde_json::Map<String, serde_json::Value>;
