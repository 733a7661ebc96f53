//! The coordinator socket: opened, authenticated, kept alive, and opened again when it is lost.
//!
//! ```text
//!        open            socket open        connection.ok
//! Off ────────▶ Opening ─────────────▶ Greeting ─────────────▶ Online
//!  ▲               ▲  │ closed, late        │ closed, late       │ closed, silent
//!  │ refused       └──┴─── BackingOff ◀─────┴────────────────────┘
//! ```

use serde::Serialize;

use super::{
    body::{Fields, to_text},
    effect::{Effect, Scope},
    error::{Category, Code, Error},
    garbage::Garbage,
    host::Host,
    ids::SocketId,
    liveness::{Liveness, Verdict},
    outbox::Outbox,
    probing::{Pace, is_probing, next_probe},
    time::{Duration, Time},
    view::{Event, EventOf, Viewed},
};

const PING_EVERY: Duration = Duration::from_secs(25);
/// 35 s of silence in all mean that the socket is dead (coordinator protocol, health).
const PING_PATIENCE: Duration = Duration::from_secs(10);

/// The machine above.
#[derive(Debug)]
pub(crate) struct Link {
    phase: Phase,
    /// Failures since it was last online; sets the back-off.
    failures: u32,
    offline: bool,
    /// Since it was last closed for good.
    was_online: bool,
    /// When it ceased to be online, or was first missed since.
    lost_at: Option<Time>,
    /// Somebody is in a call: it is missed.
    is_missed: bool,
    /// When the last socket was opened.
    began: Time,
    pace: Pace,
    /// Of the socket of now.
    garbage: Garbage,
}

#[derive(Debug)]
enum Phase {
    Off,
    Opening { socket: SocketId, until: Time },
    Greeting { socket: SocketId, until: Time },
    Online { socket: SocketId, connection_id: String, liveness: Liveness },
    BackingOff { until: Option<Time> },
}

/// The first frame.
#[derive(Serialize)]
struct Greeting<'a> {
    token: &'a str,
    products: [&'static str; 1],
    user_details: &'a Fields,
}

/// What the link needs to open a socket.
pub(crate) struct LinkConfig<'a> {
    pub(crate) url: &'a str,
    pub(crate) timeout: Duration,
    pub(crate) token: &'a str,
    pub(crate) user_details: &'a Fields,
}

/// What the client has to do about it.
#[must_use]
pub(crate) enum LinkNews<H: Host> {
    Nothing,
    /// `connection.ok`.
    Online(EventOf<H>),
    /// An event to be handled and shown.
    Event(EventOf<H>),
    /// It was online and is no more; it tries again by itself.
    Lost,
    /// An attempt failed; it tries again by itself.
    AttemptFailed(Error<H>),
    /// The server refuses; a repeat is in vain unless the token changes.
    Refused(Error<H>),
}

impl Link {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::Off,
            failures: 0,
            offline: false,
            was_online: false,
            lost_at: None,
            is_missed: false,
            began: Time::default(),
            pace: Pace::default(),
            garbage: Garbage::default(),
        }
    }

    pub(crate) fn connection_id(&self) -> Option<&str> {
        match &self.phase {
            Phase::Online { connection_id, .. } => Some(connection_id),
            Phase::Off
            | Phase::Opening { .. }
            | Phase::Greeting { .. }
            | Phase::BackingOff { .. } => None,
        }
    }

    /// Whether [`Self::open`] is the next step: there is no socket, and nothing to wait for.
    pub(crate) fn is_idle(&self) -> bool {
        match &self.phase {
            Phase::Off => !self.offline,
            Phase::BackingOff { until } => until.is_none() && !self.offline,
            Phase::Opening { .. } | Phase::Greeting { .. } | Phase::Online { .. } => false,
        }
    }

    /// Whether a socket is being opened.
    pub(crate) fn is_trying(&self) -> bool {
        matches!(self.phase, Phase::Opening { .. } | Phase::Greeting { .. })
    }

    /// Opens a socket, in place of any other.
    pub(crate) fn open<H: Host>(&mut self, out: &mut Outbox<H>, config: &LinkConfig<'_>) {
        self.drop_socket(out, "replaced");
        self.garbage = Garbage::default();
        let socket = out.id(None);
        out.push(Effect::OpenSocket { socket, url: config.url.to_owned() });
        self.began = out.now;
        let is_probe = self.is_probing(out.now);
        let patience = if is_probe { self.pace.patience(config.timeout) } else { config.timeout };
        self.phase = Phase::Opening { socket, until: out.after(patience) };
    }

    /// Waits a while before the next [`Self::open`], as after a failure.
    pub(crate) fn hold<H: Host>(&mut self, out: &mut Outbox<H>) {
        let until = (!self.offline).then(|| self.next_attempt(out));
        self.failures = self.failures.saturating_add(1);
        self.phase = Phase::BackingOff { until };
    }

    /// Often at first when somebody waits for it.
    fn next_attempt<H: Host>(&self, out: &mut Outbox<H>) -> Time {
        let usual = out.back_off(self.failures);
        if self.is_probing(out.now) { next_probe(out.now, self.began, usual) } else { usual }
    }

    /// Whether it is missed, and was lost not long ago.
    fn is_probing(&self, now: Time) -> bool {
        self.is_missed && self.lost_at.is_some_and(|lost_at| is_probing(now, lost_at))
    }

    /// Whether somebody is in a call. From the moment when somebody misses what was lost before, it is
    /// looked for as if it had been lost then.
    pub(crate) fn set_missed(&mut self, now: Time, is_missed: bool) {
        let was_missed = std::mem::replace(&mut self.is_missed, is_missed);
        if !is_missed || was_missed || self.lost_at.is_none() {
            return;
        }
        self.lost_at = Some(now);
        match &mut self.phase {
            Phase::Opening { until, .. } | Phase::Greeting { until, .. } => {
                // A dead network may have swallowed it.
                *until = (*until).min(now + self.pace.patience(*until - now));
            }
            Phase::BackingOff { until: Some(until) } => {
                *until = next_probe(now, self.began, *until);
            }
            Phase::Off | Phase::BackingOff { until: None } | Phase::Online { .. } => {}
        }
    }

    /// Closes it for good.
    pub(crate) fn close<H: Host>(&mut self, out: &mut Outbox<H>) {
        self.drop_socket(out, "the user disconnected");
        *self = Self { offline: self.offline, ..Self::new() };
    }

    pub(crate) fn on_open<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        socket: SocketId,
        config: &LinkConfig<'_>,
    ) {
        let Phase::Opening { socket: opening, until } = self.phase else {
            return;
        };
        if opening != socket {
            return;
        }
        let greeting = Greeting {
            token: config.token,
            products: ["video"],
            user_details: config.user_details,
        };
        out.push(Effect::SendText(socket, to_text(&greeting)));
        self.phase = Phase::Greeting { socket, until };
    }

    pub(crate) fn on_event<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        socket: SocketId,
        event: EventOf<H>,
    ) -> LinkNews<H> {
        match &mut self.phase {
            Phase::Greeting { socket: current, .. } if *current == socket => {
                match event.view.fields.name.as_str() {
                    "connection.ok" => {
                        self.failures = 0;
                        self.was_online = true;
                        self.lost_at = None;
                        self.pace.took(out.now - self.began);
                        self.phase = Phase::Online {
                            socket,
                            connection_id: event.view.fields.connection_id.clone(),
                            liveness: Liveness::new(out.now, PING_EVERY, PING_PATIENCE),
                        };
                        LinkNews::Online(event)
                    }
                    "connection.error" => self.refused(out, &event.view, &event.document),
                    "" => self.on_garbage(out, socket),
                    _ => LinkNews::Nothing,
                }
            }
            Phase::Online { socket: current, liveness, .. } if *current == socket => {
                match event.view.fields.name.as_str() {
                    "connection.error" => self.refused(out, &event.view, &event.document),
                    "" => self.on_garbage(out, socket),
                    name => {
                        // Only this answers: events still come when our pings are lost.
                        if name == "health.check" {
                            liveness.heard();
                        }
                        LinkNews::Event(event)
                    }
                }
            }
            Phase::Off
            | Phase::Opening { .. }
            | Phase::Greeting { .. }
            | Phase::Online { .. }
            | Phase::BackingOff { .. } => LinkNews::Nothing,
        }
    }

    /// A frame that is no JSON, or no object with a `type`: not for listeners.
    pub(crate) fn on_garbage<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        socket: SocketId,
    ) -> LinkNews<H> {
        if self.socket() != Some(socket) {
            return LinkNews::Nothing;
        }
        out.warn("the coordinator sent a frame that is no event", None);
        if self.garbage.bear(out.now) {
            return LinkNews::Nothing;
        }
        self.drop_socket(out, "too many frames that are no events");
        self.fail(out, Error::bad_response("listening to the coordinator"))
    }

    pub(crate) fn on_closed<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        socket: SocketId,
        code: u16,
    ) -> LinkNews<H> {
        if self.socket() != Some(socket) {
            return LinkNews::Nothing;
        }
        let error = Error::new(
            Code::WsClosed,
            Category::Network,
            format!("the coordinator socket was closed with code {code}"),
        )
        .hint("Check the connection and that the server's address is right and reachable.")
        .retryable();
        self.fail(out, error)
    }

    pub(crate) fn on_online<H: Host>(&mut self, out: &mut Outbox<H>, online: bool) -> LinkNews<H> {
        self.offline = !online;
        match (&mut self.phase, online) {
            (Phase::Off, _)
            | (Phase::Opening { .. } | Phase::Greeting { .. } | Phase::Online { .. }, true) => {
                LinkNews::Nothing
            }
            (Phase::BackingOff { until }, true) => {
                // The time offline does not count.
                self.lost_at = self.lost_at.map(|_| out.now);
                *until = Some(out.now);
                LinkNews::Nothing
            }
            (Phase::BackingOff { until }, false) => {
                *until = None;
                LinkNews::Nothing
            }
            (Phase::Opening { .. } | Phase::Greeting { .. } | Phase::Online { .. }, false) => {
                self.drop_socket(out, "the browser is offline");
                let error = Error::new(Code::Network, Category::Network, "the browser is offline")
                    .hint("The client connects again when the browser is back online.")
                    .retryable();
                self.fail(out, error)
            }
        }
    }

    pub(crate) fn on_timeout<H: Host>(&mut self, out: &mut Outbox<H>) -> LinkNews<H> {
        let now = out.now;
        match &mut self.phase {
            Phase::Opening { until, .. } | Phase::Greeting { until, .. } if *until <= now => {
                self.drop_socket(out, "no answer in time");
                self.fail(out, Error::timeout("connecting to the coordinator"))
            }
            Phase::BackingOff { until } if until.is_some_and(|until| until <= now) => {
                *until = None;
                LinkNews::Nothing
            }
            Phase::Online { socket, liveness, .. } => match liveness.check(now) {
                Verdict::Wait => LinkNews::Nothing,
                Verdict::Ping => {
                    let ping = "[{\"type\":\"health.check\"}]".to_owned();
                    out.push(Effect::SendText(*socket, ping));
                    LinkNews::Nothing
                }
                Verdict::Dead => {
                    self.drop_socket(out, "no answer to health checks");
                    self.fail(out, Error::timeout("waiting for the coordinator's health check"))
                }
            },
            Phase::Off
            | Phase::Opening { .. }
            | Phase::Greeting { .. }
            | Phase::BackingOff { .. } => LinkNews::Nothing,
        }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        match &self.phase {
            Phase::Off => None,
            Phase::Opening { until, .. } | Phase::Greeting { until, .. } => Some(*until),
            Phase::Online { liveness, .. } => Some(liveness.due()),
            Phase::BackingOff { until } => *until,
        }
    }

    fn refused<H: Host>(
        &mut self,
        out: &mut Outbox<H>,
        event: &Event<H::Document>,
        document: &H::Document,
    ) -> LinkNews<H> {
        self.drop_socket(out, "refused");
        out.emit(Scope::Client, "connection.error", document);
        let Some(Viewed { view: refusal, document }) = &event.fields.error else {
            return self.fail(out, Error::bad_response("connecting to the coordinator"));
        };
        // Of one that does not say, the code of the coordinator tells whether it is about the user.
        #[allow(clippy::cast_possible_truncation)] // codes are small integers
        let is_auth = matches!(refusal.code.map(|code| code as i32), Some(2 | 3 | 5 | 40..=43));
        let unknown = if self.was_online && !is_auth { 500 } else { 401 };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // an HTTP status
        let status = refusal.status_code.map_or(unknown, |status| status as u16);
        let error = Error::response(
            "connecting to the coordinator",
            status,
            refusal,
            Some(document.clone()),
        );
        // Whoever was let in once is not turned away for anything but who they are.
        let is_about_user = matches!(error.category, Category::Auth | Category::Permission);
        let is_final = error.unrecoverable || !self.was_online || is_about_user;
        if error.retryable || !is_final {
            return self.fail(out, error);
        }
        self.phase = Phase::Off;
        LinkNews::Refused(error)
    }

    /// The socket is gone; arms the next attempt.
    fn fail<H: Host>(&mut self, out: &mut Outbox<H>, error: Error<H>) -> LinkNews<H> {
        let was_online = matches!(self.phase, Phase::Online { .. });
        if was_online {
            self.lost_at = Some(out.now);
        }
        self.hold(out);
        if was_online { LinkNews::Lost } else { LinkNews::AttemptFailed(error) }
    }

    fn drop_socket<H: Host>(&mut self, out: &mut Outbox<H>, reason: &str) {
        if let Some(socket) = self.socket() {
            out.push(Effect::CloseSocket { socket, code: 1000, reason: reason.to_owned() });
        }
    }

    fn socket(&self) -> Option<SocketId> {
        match &self.phase {
            Phase::Off | Phase::BackingOff { .. } => None,
            Phase::Opening { socket, .. }
            | Phase::Greeting { socket, .. }
            | Phase::Online { socket, .. } => Some(*socket),
        }
    }
}
