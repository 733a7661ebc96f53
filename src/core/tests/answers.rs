//! Answers that no server of ours would give: of proxies, and of servers that are busy.

use serde_json::json;
use trunkline_protocol::sfu::signal;

use super::{
    host::{Host, reply},
    native::{Error, HttpReply, Reply, seen},
};
use crate::core::{
    CallingState, Category, Command,
    DeviceKind::{Camera, Microphone},
    Duration, Then,
};

const REST: usize = 0;
const SFU: usize = 1;

/// What `get()` rejects with after `answers`, the last of which it is given.
fn refusal(answers: impl IntoIterator<Item = HttpReply>) -> Error {
    let mut host = Host::connected();
    let call = host.call();
    host.weather.answers[REST].extend(answers);
    let get = host.get(call);
    host.run_for(30_000);
    host.settled.remove(&get).unwrap().unwrap_err()
}

#[test]
fn a_status_says_what_is_wrong_where_the_body_does_not() {
    for (status, code, category, retryable) in [
        (500, "server-error", Category::Internal, true),
        (502, "server-error", Category::Internal, true),
        (503, "server-error", Category::Internal, true),
        (400, "invalid-argument", Category::Conflict, false),
        (401, "auth-token-invalid", Category::Auth, false),
        (403, "permission-denied", Category::Permission, false),
        (404, "not-found", Category::NotFound, false),
        (408, "timeout", Category::Network, true),
        (413, "payload-too-large", Category::Conflict, false),
        (429, "rate-limited", Category::RateLimit, true),
    ] {
        for body in [Reply::Unreadable, Reply::Json(seen(json!(null)).into())] {
            let error = refusal([reply(status, body)]);

            assert_eq!((error.code.as_str(), error.category), (code, category), "{status}");
            assert_eq!((error.status, error.retryable), (Some(status), retryable), "{status}");
        }
        assert!(refusal([reply(status, Reply::Unreadable)]).message.contains(&status.to_string()));
    }
}

#[test]
fn success_in_no_form_that_can_be_read_is_no_success() {
    for status in [200, 201, 204, 304] {
        let error = refusal([reply(status, Reply::Unreadable)]);

        assert_eq!((error.code.as_str(), error.status), ("bad-response", Some(status)));
        assert!(error.retryable);
    }
}

#[test]
fn nobody_follows_to_another_address() {
    let error = refusal([reply(0, Reply::Redirected)]);
    assert_eq!((error.code.as_str(), error.retryable), ("redirected", false));

    let (mut host, call) = Host::joined();
    host.weather.answers[SFU].extend((0..3).map(|_| reply(0, Reply::Redirected)));
    host.enable(call, Camera);
    host.run_for(30_000);
    let told = |text: &String| text.contains("sent to another address while publishing to the SFU");
    assert!(host.warnings.iter().any(told), "{:?}", host.warnings);
}

fn busy(seconds: u64) -> HttpReply {
    let body = seen(json!({ "code": 9, "message": "too many" }));
    let retry_after = Some(Duration::from_secs(seconds));
    HttpReply { status: 429, retry_after, body: Reply::Json(body.into()) }
}

#[test]
fn what_is_read_is_read_again_when_a_busy_server_says_so() {
    let mut host = Host::connected();
    let call = host.call();
    host.weather.answers[REST].push_back(busy(3));
    host.request(call, "POST ", json!({}), Then::Load);
    host.run_for(100);
    host.weather.answers[REST].push_back(busy(2));
    let before = host.sent.len();

    let get = host.get(call);
    host.run_for(1_990);
    assert_eq!(host.sent.len(), before + 1);
    host.run_for(100);

    host.assert_resolved(get);
    assert_eq!(host.sent.len(), before + 2);
}

#[test]
fn nobody_waits_for_a_busy_server_in_vain() {
    // Later than the request may last, and for the second time.
    let error = refusal([busy(60)]);
    assert_eq!(error.code.as_str(), "rate-limited");
    assert_eq!(error.retry_after, Some(Duration::from_secs(60)));
    assert!(error.retryable);
    let error = refusal([busy(1), busy(1)]);
    assert_eq!(error.retry_after, Some(Duration::from_secs(1)));

    // What changes something is not repeated unasked.
    let mut host = Host::connected();
    let call = host.call();
    host.weather.answers[REST].push_back(busy(1));
    let before = host.sent.len();
    let create = host.request(call, "POST ", json!({}), Then::Load);
    host.run_for(30_000);
    assert_eq!(host.rejection(create), "rate-limited");
    assert_eq!(host.sent.len(), before + 1);
}

#[test]
fn a_server_that_answers_no_more_after_it_was_busy_has_had_its_time() {
    let mut host = Host::connected();
    let call = host.call();
    host.weather.answers[REST].push_back(busy(4));
    let get = host.get(call);
    host.run_for(3_000);
    host.weather.lost.rest = 1;
    host.run_for(2_100);

    assert_eq!(host.rejection(get), "timeout");
}

#[test]
fn what_was_put_off_waits_for_a_lost_socket_as_well() {
    let mut host = Host::connected();
    let call = host.call();
    host.weather.answers[REST].push_back(busy(2));
    let get = host.get(call);
    host.run_for(1_000);
    host.is_down = true;
    host.close_coordinator(1006);

    // A loop of timers that are due in the past would be noticed.
    host.run_for(30_000);

    assert_eq!(host.rejection(get), "connection-lost");
}

#[test]
fn whoever_disconnects_waits_for_no_busy_server() {
    let mut host = Host::connected();
    let call = host.call();
    host.weather.answers[REST].push_back(busy(4));
    let get = host.get(call);
    host.run_for(1_000);
    let sent = host.sent.len();

    host.promise(|promise| Command::DisconnectUser { promise });
    host.run_for(30_000);

    assert_eq!(host.rejection(get), "not-connected");
    assert_eq!(host.sent.len(), sent);
}

#[test]
fn a_busy_sfu_is_asked_again_when_it_says_so() {
    let (mut host, call) = Host::joined();
    host.weather.answers[SFU].push_back(busy(7));
    let publications =
        |host: &Host| host.server.rpcs_of::<signal::SetPublisherRequest>("SetPublisher").len();
    host.enable(call, Camera);

    host.run_for(6_900);
    assert_eq!(publications(&host), 0);
    host.run_for(600);

    assert_eq!(publications(&host), 1);
    assert_eq!(host.calling_state(call), CallingState::Joined);

    // However long it says.
    host.weather.answers[SFU].push_back(busy(86_400));
    host.enable(call, Microphone);
    host.run_for(31_000);
    assert_eq!(publications(&host), 2);
}
