//! What a join says on the wire, and what refusals mean.

use trunkline_protocol::sfu::{event, models, signal};

use super::{Join, Trigger, edges::FAILURES_PER_EDGE};
use crate::core::{
    body::Body,
    call::{CallContext, publisher::AudioSettings, rpc::sfu_error},
    error::{Code, Error, ErrorClass},
    host::Host,
};

impl<H: Host> Join<H> {
    /// The body of `POST join`. Once the coordinator has answered it has rung whom it was to ring.
    pub(super) fn body(&self, context: &CallContext<'_, H>) -> String {
        let mut body = self.request.as_ref().map(Body::fields).unwrap_or_default();
        if self.answered {
            body.remove(&["ring", "notify"]);
        }
        body.set("location", &context.config.location);
        let failed = self.failures_by_edge.iter();
        let unusable: Vec<&str> = failed
            .filter(|(edge, failures)| !edge.is_empty() && *failures >= FAILURES_PER_EDGE)
            .map(|(edge, _)| edge.as_str())
            .collect();
        if let Some(last) = unusable.last() {
            body.set("migrating_from", last);
            body.set("migrating_from_list", &unusable);
        }
        body.to_text()
    }

    /// What the SFU is to know of the session that is being replaced.
    pub(super) fn reconnect_details(
        &self,
        subscriptions: Vec<signal::TrackSubscriptionDetails>,
        audio: AudioSettings,
    ) -> Option<event::ReconnectDetails> {
        let (Trigger::Reconnect { reason, attempts, .. }, Some(replaced)) =
            (&self.trigger, &self.replaced)
        else {
            return None;
        };
        Some(event::ReconnectDetails {
            strategy: models::WebsocketReconnectStrategy::Rejoin.into(),
            subscriptions,
            reconnect_attempt: *attempts,
            from_sfu_id: replaced.credentials.edge_name.clone(),
            previous_session_id: replaced.session_id.clone(),
            reason: reason.clone(),
            announced_tracks: replaced.announced_tracks(audio),
        })
    }
}

pub(super) fn client_details<H: Host>(context: &CallContext<'_, H>) -> models::ClientDetails {
    let config = context.config;
    let [major, minor, patch] = config.version.clone();
    models::ClientDetails {
        sdk: Some(models::Sdk {
            r#type: models::SdkType::PlainJavascript.into(),
            major,
            minor,
            patch,
        }),
        os: Some(models::Os {
            name: config.os.0.clone(),
            version: config.os.1.clone(),
            architecture: String::new(),
        }),
        browser: Some(models::Browser {
            name: config.browser.0.clone(),
            version: config.browser.1.clone(),
        }),
        device: None,
        webrtc_version: config.browser.1.clone(),
    }
}

pub(super) fn sfu_timeout<H: Host>(doing: &str) -> Error<H> {
    let mut error = Error::timeout(doing).class(ErrorClass::SfuTimeout);
    error.code = Code::SfuTimeout;
    error
}

/// The SFU answered the join request with an error event.
pub(super) fn join_refused<H: Host>(refusal: &event::Error) -> Error<H> {
    let wire = refusal.error.clone().unwrap_or_default();
    let mut error = sfu_error("joining the call", &wire).class(ErrorClass::SfuJoin);
    let disconnect = refusal.reconnect_strategy() == models::WebsocketReconnectStrategy::Disconnect;
    if error.code == Code::SfuError {
        error.code = Code::SfuJoinFailed;
    }
    error.unrecoverable = disconnect;
    error.retryable = !disconnect;
    error
}

/// Whether another SFU is needed, whatever the number of failures.
pub(super) fn is_edge_unusable<H: Host>(error: &Error<H>) -> bool {
    error.server_code.is_some_and(|code| {
        [
            models::ErrorCode::SfuFull,
            models::ErrorCode::SfuShuttingDown,
            models::ErrorCode::CallParticipantLimitReached,
        ]
        .contains(&models::ErrorCode::try_from(code).unwrap_or_default())
    })
}

/// Whether the socket of the coordinator was tried often enough while the request waited for it.
pub(super) fn is_unreachable<H: Host>(error: &Error<H>) -> bool {
    error.code == Code::ConnectionLost && error.class != ErrorClass::Response
}
