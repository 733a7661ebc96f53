//! Whether a call would work from here, asked before there is one. Nobody sees that somebody asks.
//!
//! ```text
//!  REST ──answered──▶ POST join of a call ──credentials──┬▶ SFU socket
//!                                                        ├▶ UDP: does STUN answer?
//!  coordinator socket                                    └▶ TURN: is there a relay?
//! ```
//!
//! An SFU lets nobody in unseen, so media itself is not tried: whether its way is open is judged by the
//! addresses that the browser finds with the STUN and TURN servers of that SFU.

mod gathering;

use serde::Serialize;

use self::gathering::{Gathering, Verdict};
use super::{
    call::{CLOSE_JOIN_FAILED, CLOSE_NORMAL, Credentials},
    client::Config,
    connection::socket_url,
    effect::{Effect, IceServer, Method},
    error::{Category, Code, Error, ErrorClass},
    host::{Host, Recordable},
    ice_summary::{IceSummary, note},
    ids::{GatherId, PromiseId, RequestId, SocketId},
    input::GatherNews,
    outbox::Outbox,
    rest::{Purpose, Rest, RestRequest},
    time::{Duration, Time},
    view::AnswerOf,
};

/// How long a socket may take to open, and a search for addresses to find what it is for.
const PATIENCE: Duration = Duration::from_secs(5);

/// What was found out.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "H: Recordable")]
pub struct ConnectivityReport<H: Host> {
    /// Requests to the coordinator.
    pub rest: PartReport<H>,
    /// Its socket.
    pub socket: PartReport<H>,
    /// The socket of an SFU.
    pub sfu: PartReport<H>,
    /// Media over UDP.
    pub udp: PartReport<H>,
    /// Media through a TURN server.
    pub turn: PartReport<H>,
}

/// What was found out about one part.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "H: Recordable")]
pub struct PartReport<H: Host> {
    /// Whether it works.
    pub result: PartResult<H>,
    /// How long that took.
    pub took: Duration,
}

/// Whether a part works.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "H: Recordable")]
pub enum PartResult<H: Host> {
    /// It does.
    Works,
    /// It does not, for that reason.
    Fails(Error<H>),
    /// It could not be asked, for that reason.
    Skipped(Error<H>),
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectivityStep {
    /// To see whether there is an answer.
    Rest,
    /// To get what opens an SFU.
    Credentials,
}

/// A test under way.
#[derive(Debug)]
pub(crate) struct ConnectivityTest<H: Host> {
    promise: PromiseId,
    /// The call whose SFU is asked: its path, and its cid.
    call: Option<(String, String)>,
    credentials: Option<RequestId>,
    ice_servers: Vec<IceServer>,
    rest: Part<H, RequestId>,
    socket: Part<H, SocketId>,
    sfu: Part<H, SocketId>,
    udp: Part<H, Gathering>,
    turn: Part<H, Gathering>,
}

/// A part of a test, and what it was asked through.
#[derive(Debug)]
enum Part<H: Host, Q> {
    /// For what comes before it.
    Waits,
    Asked {
        query: Q,
        since: Time,
    },
    Done(PartReport<H>),
}

impl<H: Host, Q> Part<H, Q> {
    fn ask(&mut self, out: &Outbox<H>, query: Q) {
        *self = Self::Asked { query, since: out.now };
    }

    /// What it is asked through, while it is.
    fn query(&self) -> Option<&Q> {
        match self {
            Self::Asked { query, .. } => Some(query),
            Self::Waits | Self::Done(_) => None,
        }
    }

    fn query_mut(&mut self) -> Option<&mut Q> {
        match self {
            Self::Asked { query, .. } => Some(query),
            Self::Waits | Self::Done(_) => None,
        }
    }

    fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }

    fn works(&self) -> bool {
        matches!(self, Self::Done(PartReport { result: PartResult::Works, .. }))
    }

    fn finish(&mut self, out: &Outbox<H>, result: PartResult<H>) {
        let since = match self {
            Self::Waits => out.now,
            Self::Asked { since, .. } => *since,
            Self::Done(_) => return,
        };
        *self = Self::Done(PartReport { result, took: out.now - since });
    }

    fn skip(&mut self, out: &Outbox<H>, reason: Error<H>) {
        self.finish(out, PartResult::Skipped(reason));
    }

    /// When it has taken too long.
    fn due(&self) -> Option<Time> {
        match self {
            Self::Asked { since, .. } => Some(*since + PATIENCE),
            Self::Waits | Self::Done(_) => None,
        }
    }

    fn is_late(&self, now: Time) -> bool {
        self.due().is_some_and(|due| due <= now)
    }

    /// Of a test that is over.
    fn into_report(self) -> PartReport<H> {
        match self {
            Self::Done(report) => report,
            Self::Waits | Self::Asked { .. } => {
                PartReport { result: PartResult::Works, took: Duration::ZERO }
            }
        }
    }
}

impl<H: Host> ConnectivityTest<H> {
    pub(crate) fn begin(
        out: &mut Outbox<H>,
        rest: &mut Rest,
        config: &Config,
        promise: PromiseId,
        call: Option<(String, String)>,
    ) -> Self {
        let mut test = Self {
            promise,
            call,
            credentials: None,
            ice_servers: Vec::new(),
            rest: Part::Waits,
            socket: Part::Waits,
            sfu: Part::Waits,
            udp: Part::Waits,
            turn: Part::Waits,
        };
        let request = test.request(Method::Get, "/edges".to_owned(), ConnectivityStep::Rest);
        let request = rest.submit(out, request);
        test.rest.ask(out, request);
        let socket = out.id(None);
        out.push(Effect::OpenSocket { socket, url: socket_url(config) });
        test.socket.ask(out, socket);
        if test.call.is_none() {
            test.skip_media(out, &unnamed());
        }
        test
    }

    pub(crate) fn promise(&self) -> PromiseId {
        self.promise
    }

    pub(crate) fn owns_socket(&self, socket: SocketId) -> bool {
        [self.socket.query(), self.sfu.query()].contains(&Some(&socket))
    }

    pub(crate) fn owns_gathering(&self, gathering: GatherId) -> bool {
        [&self.udp, &self.turn].iter().any(|part| part.query().is_some_and(|g| g.id == gathering))
    }

    /// A request of it has ended.
    pub(crate) fn on_answer(
        &mut self,
        out: &mut Outbox<H>,
        rest: &mut Rest,
        config: &Config,
        user_id: &str,
        step: ConnectivityStep,
        result: Result<AnswerOf<H>, Error<H>>,
    ) {
        match step {
            ConnectivityStep::Rest => {
                match result {
                    Err(error) if !is_of_coordinator(&error) => {
                        self.skip_media(out, &unreached());
                        self.rest.finish(out, PartResult::Fails(error));
                    }
                    Ok(_) | Err(_) => self.rest.finish(out, PartResult::Works),
                }
                if let (Some((path, _)), false) = (&self.call, self.sfu.is_done()) {
                    let path = [path, "/join"].concat();
                    let mut request =
                        self.request(Method::Post, path, ConnectivityStep::Credentials);
                    let mut body = super::body::Fields::default();
                    body.set("location", &config.location);
                    request.body = Some(body.to_text());
                    self.credentials = Some(rest.submit(out, request));
                }
            }
            ConnectivityStep::Credentials => {
                self.credentials = None;
                let doing = "testing the connectivity";
                let credentials = result.and_then(|answer| {
                    Credentials::read(answer.view.join).ok_or_else(|| Error::bad_response(doing))
                });
                match credentials {
                    Ok(credentials) => self.ask_sfu(out, config, user_id, credentials),
                    Err(error) => self.skip_media(out, &error),
                }
            }
        }
    }

    /// The socket of an SFU is opened and closed, its servers are asked for addresses.
    fn ask_sfu(
        &mut self,
        out: &mut Outbox<H>,
        config: &Config,
        user_id: &str,
        credentials: Credentials,
    ) {
        let cid = self.call.as_ref().map(|(_, cid)| cid.as_str()).unwrap_or_default();
        let session_id = out.uuid();
        let url = credentials.socket_url(config, (user_id, cid), 0, &session_id);
        let socket = out.id(None);
        out.push(Effect::OpenSocket { socket, url });
        self.sfu.ask(out, socket);
        match Gathering::over_udp(out, &credentials.ice_servers) {
            Some(gathering) => self.udp.ask(out, gathering),
            None => self.udp.skip(
                out,
                no_server(
                    "STUN",
                    "the SFU names no STUN server, and no TURN server that takes UDP",
                ),
            ),
        }
        match Gathering::of_relays(out, &credentials.ice_servers) {
            Some(gathering) => self.turn.ask(out, gathering),
            None => self.turn.skip(out, no_server("TURN", "the SFU names no TURN server")),
        }
        self.ice_servers = credentials.ice_servers;
    }

    pub(crate) fn on_socket_opened(&mut self, out: &mut Outbox<H>, socket: SocketId) {
        self.close_socket(out, socket);
        self.finish_socket(out, socket, PartResult::Works);
    }

    pub(crate) fn on_socket_closed(&mut self, out: &Outbox<H>, socket: SocketId, code: u16) {
        let message = format!("the socket was closed with code {code} before it was open");
        let error = Error::new(Code::WsClosed, Category::Network, message)
            .hint("Check the address, and whether a proxy on the way lets WebSockets pass.")
            .retryable();
        self.finish_socket(out, socket, PartResult::Fails(error));
    }

    fn finish_socket(&mut self, out: &Outbox<H>, socket: SocketId, result: PartResult<H>) {
        for part in [&mut self.socket, &mut self.sfu] {
            if part.query() == Some(&socket) {
                return part.finish(out, result);
            }
        }
    }

    fn close_socket(&self, out: &mut Outbox<H>, socket: SocketId) {
        // Nobody was let in over it.
        let code = if self.sfu.query() == Some(&socket) { CLOSE_JOIN_FAILED } else { CLOSE_NORMAL };
        let reason = "trunkline: a test of the connectivity".to_owned();
        out.push(Effect::CloseSocket { socket, code, reason });
    }

    pub(crate) fn on_gathered(
        &mut self,
        out: &mut Outbox<H>,
        gathering: GatherId,
        news: GatherNews<H>,
    ) {
        let queries = [self.udp.query_mut(), self.turn.query_mut()];
        let query = queries.into_iter().flatten().find(|query| query.id == gathering);
        let verdict = query.and_then(|query| query.on_news(news));
        if let Some(verdict) = verdict {
            self.judge(out, gathering, verdict);
        }
    }

    /// A search for addresses is over.
    fn judge(&mut self, out: &mut Outbox<H>, gathering: GatherId, verdict: Verdict<H>) {
        out.push(Effect::EndGathering(gathering));
        let result = match verdict {
            Verdict::Found => PartResult::Works,
            Verdict::NotFound(error) => PartResult::Fails(error),
            Verdict::Unknown(error) => PartResult::Skipped(error),
        };
        for part in [&mut self.udp, &mut self.turn] {
            if part.query().is_some_and(|query| query.id == gathering) {
                return part.finish(out, result);
            }
        }
    }

    pub(crate) fn on_timeout(&mut self, out: &mut Outbox<H>) {
        let sockets = [
            (&self.socket, Error::timeout("opening the coordinator socket")),
            (&self.sfu, Error::timeout("opening the SFU socket").class(ErrorClass::SfuTimeout)),
        ];
        let late: Vec<_> = sockets
            .into_iter()
            .filter(|(part, _)| part.is_late(out.now))
            .filter_map(|(part, error)| Some((*part.query()?, error)))
            .collect();
        for (socket, mut error) in late {
            if error.class == ErrorClass::SfuTimeout {
                error.code = Code::SfuTimeout;
            }
            self.close_socket(out, socket);
            self.finish_socket(out, socket, PartResult::Fails(error));
        }
        let gatherings = [&self.udp, &self.turn];
        let late: Vec<_> = gatherings
            .into_iter()
            .filter(|part| part.is_late(out.now))
            .filter_map(|part| part.query().map(|query| (query.id, query.on_timeout())))
            .collect();
        for (gathering, verdict) in late {
            self.judge(out, gathering, verdict);
        }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        // Requests have their own deadlines.
        [self.socket.due(), self.sfu.due(), self.udp.due(), self.turn.due()]
            .into_iter()
            .flatten()
            .min()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.rest.is_done()
            && self.socket.is_done()
            && self.sfu.is_done()
            && self.udp.is_done()
            && self.turn.is_done()
    }

    /// Ends everything under way.
    pub(crate) fn abort(&self, out: &mut Outbox<H>, rest: &mut Rest) {
        for request in self.rest.query().copied().into_iter().chain(self.credentials) {
            rest.abort(out, request);
        }
        for socket in [self.socket.query(), self.sfu.query()].into_iter().flatten() {
            self.close_socket(out, *socket);
        }
        for query in [self.udp.query(), self.turn.query()].into_iter().flatten() {
            out.push(Effect::EndGathering(query.id));
        }
    }

    pub(crate) fn into_report(mut self) -> ConnectivityReport<H> {
        self.explain();
        ConnectivityReport {
            rest: self.rest.into_report(),
            socket: self.socket.into_report(),
            sfu: self.sfu.into_report(),
            udp: self.udp.into_report(),
            turn: self.turn.into_report(),
        }
    }

    /// What has to be done about UDP depends on what TURN does.
    fn explain(&mut self) {
        let relays = self.turn.works();
        let Part::Done(PartReport { result: PartResult::Fails(error), .. }) = &mut self.udp else {
            return;
        };
        let Some(seen) = error.ice.take() else {
            return;
        };
        let mut gathered = seen.gathered;
        if relays {
            note(&mut gathered, gathering::RELAY);
        }
        let summary = IceSummary::new(gathered, Vec::new(), &self.ice_servers);
        error.hint = if relays {
            "This network seems to block UDP. Media passes through the TURN server instead, with some more delay."
        } else {
            summary.hint()
        };
        error.ice = Some(summary);
    }

    fn skip_media(&mut self, out: &Outbox<H>, reason: &Error<H>) {
        self.sfu.skip(out, reason.clone());
        self.udp.skip(out, reason.clone());
        self.turn.skip(out, reason.clone());
    }

    fn request(&self, method: Method, path: String, step: ConnectivityStep) -> RestRequest {
        RestRequest {
            method,
            path,
            body: None,
            doing: "testing the connectivity".to_owned(),
            purpose: Purpose::Connectivity(self.promise, step),
            after: None,
        }
    }
}

/// Whether the coordinator itself refused, which shows that it was reached.
fn is_of_coordinator<H: Host>(error: &Error<H>) -> bool {
    error.class == ErrorClass::Response
        && error.server_code.is_some()
        && error.code != Code::ServerError
}

fn not_tested<H: Host>(message: impl Into<String>, hint: &'static str) -> Error<H> {
    Error::new(Code::NotTested, Category::State, message).hint(hint)
}

fn unnamed<H: Host>() -> Error<H> {
    not_tested(
        "no call was named whose SFU could be asked",
        "Give a call that there is: testConnectivity({ call }). Nobody sees that it is asked.",
    )
}

fn unreached<H: Host>() -> Error<H> {
    not_tested(
        "without the coordinator nobody knows where an SFU is",
        "Mend the connection to the coordinator first.",
    )
}

fn no_server<H: Host>(what: &str, message: &str) -> Error<H> {
    let hint = if what == "TURN" {
        "Networks that block UDP need one: give the server a TURN server that takes TCP or TLS."
    } else {
        "Only a call itself can tell; give the server a STUN server to know before."
    };
    not_tested(message, hint)
}
