//! What the addresses that a browser finds tell about the way of media.

use super::not_tested;
use crate::core::{
    effect::{Effect, GatherRequest, IceServer},
    error::{Category, Code, Error},
    host::Host,
    ice_summary::{
        CandidateKind, CandidateType, IceProtocol, IceSummary, is_over_udp, is_turn, note,
    },
    ids::GatherId,
    input::GatherNews,
    outbox::Outbox,
};

/// What a TURN server gives.
pub(super) const RELAY: CandidateKind =
    CandidateKind { candidate_type: CandidateType::Relay, protocol: IceProtocol::Udp };

/// A search for addresses, and what it has found.
#[derive(Debug)]
pub(super) struct Gathering {
    pub(super) id: GatherId,
    goal: Goal,
    /// URLs that are asked.
    urls: usize,
    found: Vec<CandidateKind>,
    /// Addresses of this machine from which a server can be asked over UDP.
    hosts: usize,
    /// How often a server did not answer one of them, or refused.
    failures: usize,
    last_failure: Option<(u16, String)>,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    /// An answer over UDP.
    Answer,
    Relay,
}

/// What follows from a search.
pub(super) enum Verdict<H: Host> {
    Found,
    NotFound(Error<H>),
    Unknown(Error<H>),
}

impl Gathering {
    /// Looks for an answer over UDP; `None` when there is nobody to ask.
    pub(super) fn over_udp<H: Host>(out: &mut Outbox<H>, servers: &[IceServer]) -> Option<Self> {
        Self::begin(out, servers, Goal::Answer)
    }

    /// Looks for a relay; `None` when there is nobody to ask.
    pub(super) fn of_relays<H: Host>(out: &mut Outbox<H>, servers: &[IceServer]) -> Option<Self> {
        Self::begin(out, servers, Goal::Relay)
    }

    fn begin<H: Host>(out: &mut Outbox<H>, servers: &[IceServer], goal: Goal) -> Option<Self> {
        let is_of_use = |url: &String| match goal {
            Goal::Answer => is_over_udp(url),
            Goal::Relay => is_turn(url),
        };
        let asked = servers.iter().map(|server| IceServer {
            urls: server.urls.iter().filter(|url| is_of_use(url)).cloned().collect(),
            ..server.clone()
        });
        let ice_servers: Vec<_> = asked.filter(|server| !server.urls.is_empty()).collect();
        let urls = ice_servers.iter().map(|server| server.urls.len()).sum();
        if urls == 0 {
            return None;
        }
        let id = out.id(None);
        let relay_only = goal == Goal::Relay;
        out.push(Effect::Gather(GatherRequest { gathering: id, ice_servers, relay_only }));
        let found = Vec::new();
        Some(Self { id, goal, urls, found, hosts: 0, failures: 0, last_failure: None })
    }

    /// What follows, as soon as something does.
    pub(super) fn on_news<H: Host>(&mut self, news: GatherNews<H>) -> Option<Verdict<H>> {
        match news {
            GatherNews::NotBegun(cause) => {
                let message = "the browser made no peer connection";
                let error = Error::new(Code::MediaNegotiationFailed, Category::Sfu, message)
                    .hint("Use a browser with WebRTC; the cause is what it threw.")
                    .cause(cause);
                Some(Verdict::NotFound(error))
            }
            GatherNews::Candidate(line) => {
                let kind = CandidateKind::read(&line)?;
                note(&mut self.found, kind);
                match (kind.candidate_type, kind.protocol) {
                    (CandidateType::Relay, _) => Some(Verdict::Found),
                    (CandidateType::ServerReflexive, IceProtocol::Udp)
                        if self.goal == Goal::Answer =>
                    {
                        Some(Verdict::Found)
                    }
                    (CandidateType::Host, IceProtocol::Udp) => {
                        self.hosts += 1;
                        None
                    }
                    _ => None,
                }
            }
            GatherNews::ServerFailed { code, text } => {
                self.failures += 1;
                self.last_failure = Some((code, text));
                None
            }
            GatherNews::Complete { tells_failures } => Some(self.on_complete(tells_failures)),
        }
    }

    /// Nothing more is found.
    fn on_complete<H: Host>(&self, tells_failures: bool) -> Verdict<H> {
        // A server that answers repeats the machine's own address where nothing stands between, and
        // browsers do not tell of an address twice.
        let may_have_answered = self.goal == Goal::Answer && self.failures < self.hosts * self.urls;
        if !may_have_answered {
            Verdict::NotFound(self.failure())
        } else if tells_failures {
            Verdict::Found
        } else {
            Verdict::Unknown(not_tested(
                "this browser does not tell whether a STUN server answered",
                "Only a call itself can tell in this browser and network.",
            ))
        }
    }

    pub(super) fn on_timeout<H: Host>(&self) -> Verdict<H> {
        Verdict::NotFound(self.failure())
    }

    fn failure<H: Host>(&self) -> Error<H> {
        let mut message = match self.goal {
            Goal::Answer if self.hosts == 0 => "the browser sends nothing over UDP",
            Goal::Answer => "no answer over UDP",
            Goal::Relay => "no TURN server gave a relay",
        }
        .to_owned();
        if let Some((code, text)) = &self.last_failure {
            message = format!("{message}: {code} {text}");
        }
        let mut error = Error::new(Code::MediaUnreachable, Category::Network, message);
        match self.goal {
            Goal::Answer => {
                error.ice = Some(IceSummary::new(self.found.clone(), Vec::new(), &[]));
            }
            Goal::Relay => {
                error.hint = "Check address, port, user and password of the TURN server, and whether this network lets anything pass to it.";
            }
        }
        error
    }
}
