//! What a join says on the wire, and what refusals mean.

use trunkline_protocol::sfu::{event, models};

use super::{FAILURES_PER_EDGE, Join};
use crate::core::{
    call::{CallContext, request::write_request, rpc::sfu_error},
    error::{Error, ErrorClass},
    json::{ObjectWriter, write_quoted},
};

impl Join {
    /// The body of `POST join`.
    pub(super) fn body(&self, context: &CallContext<'_>) -> Result<String, Error> {
        let mut body = ObjectWriter::new().text("location", &context.config.location);
        let unusable: Vec<&str> = self
            .failures_by_edge
            .iter()
            .filter(|(edge, failures)| !edge.is_empty() && **failures >= FAILURES_PER_EDGE)
            .map(|(edge, _)| edge.as_str())
            .collect();
        if let Some(last) = unusable.last() {
            body = body.text("migrating_from", last);
            let mut list = String::from("[");
            for (index, edge) in unusable.iter().enumerate() {
                if index > 0 {
                    list.push(',');
                }
                write_quoted(&mut list, edge);
            }
            list.push(']');
            body = body.raw("migrating_from_list", &list);
        }
        write_request(body, self.request.as_ref(), self.answered).map(ObjectWriter::finish)
    }
}

pub(super) fn client_details(context: &CallContext<'_>) -> models::ClientDetails {
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

pub(super) fn sfu_timeout(doing: &str) -> Error {
    let mut error = Error::timeout(doing).class(ErrorClass::SfuTimeout);
    error.code = "sfu-timeout";
    error
}

/// The SFU answered the join request with an error event.
pub(super) fn join_refused(refusal: &event::Error) -> Error {
    let wire = refusal.error.clone().unwrap_or_default();
    let mut error = sfu_error("joining the call", &wire).class(ErrorClass::SfuJoin);
    let disconnect = refusal.reconnect_strategy() == models::WebsocketReconnectStrategy::Disconnect;
    if error.code == "sfu-error" {
        error.code = "sfu-join-failed";
    }
    error.unrecoverable = disconnect;
    error.retryable = !disconnect;
    error
}

/// Whether another SFU is needed, whatever the number of failures.
pub(super) fn is_edge_unusable(error: &Error) -> bool {
    error.server_code.is_some_and(|code| {
        [
            models::ErrorCode::SfuFull,
            models::ErrorCode::SfuShuttingDown,
            models::ErrorCode::CallParticipantLimitReached,
        ]
        .contains(&models::ErrorCode::try_from(code).unwrap_or_default())
    })
}
