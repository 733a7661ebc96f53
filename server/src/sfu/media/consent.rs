//! From where a peer connection is heard: only from where somebody answers (RFC 7675).
//!
//! A connectivity check shows that its sender knows a password, not that it is where it says: whoever
//! takes part in a call could have media sent to anybody. So the sender is asked first, and the check
//! waits.

use std::{
    collections::HashMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::sfu::stun::{self, Transaction};

/// The addresses of one client.
#[derive(Default)]
pub struct Consent {
    client: Option<Credentials>,
    places: HashMap<SocketAddr, Place>,
    /// Our name when it was last chosen where to send to; each ICE restart gives another.
    chosen_as: Option<String>,
}

/// By what a client's peer connection knows a check to be for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub fragment: String,
    pub password: String,
}

/// By what this side is known in checks, and in questions.
#[derive(Clone, Copy, Debug)]
pub struct Ours<'a> {
    pub fragment: &'a str,
    /// The first bytes of transactions, by which answers are found to be for this peer connection.
    pub tag: Tag,
}

/// Stands for a peer connection in a transaction, its shard first. The rest of it is random.
pub type Tag = [u8; 6];

/// An address from which checks come.
struct Place {
    since: Instant,
    /// When somebody there was asked who answered last.
    proven: Option<Instant>,
    asked: Option<(Transaction, Instant)>,
    /// The check that waits.
    held: Option<Check>,
}

/// A check, and to which of our addresses it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub datagram: Vec<u8>,
    pub address: SocketAddr,
}

/// What becomes of a check.
#[derive(Debug, Default, PartialEq)]
pub struct Admission {
    /// It may be taken for what it says.
    pub passes: bool,
    /// To be sent to where it came from.
    pub question: Option<Vec<u8>>,
}

impl Credentials {
    /// Those in a session description. Where m-lines share a connection, all say the same.
    pub fn of(sdp: &str) -> Option<Self> {
        let value = |prefix: &str| {
            let value = sdp.lines().find_map(|line| line.strip_prefix(prefix))?;
            (value.len() <= LONGEST).then(|| value.to_owned())
        };
        Some(Self { fragment: value("a=ice-ufrag:")?, password: value("a=ice-pwd:")? })
    }
}

impl Consent {
    /// The client told by what to address it.
    pub fn learn(&mut self, client: Option<Credentials>) {
        if client.is_some() {
            self.client = client;
        }
    }

    /// A check came that the client may have sent.
    pub fn admit(
        &mut self,
        from: SocketAddr,
        check: Check,
        ours: Ours<'_>,
        now: Instant,
    ) -> Admission {
        if !self.places.contains_key(&from) && !self.has_room(now) {
            return Admission::default();
        }
        let fresh = || Place { since: now, proven: None, asked: None, held: None };
        let place = self.places.entry(from).or_insert_with(fresh);
        let age = place.proven.map(|proven| now.saturating_duration_since(proven));
        let passes = age.is_some_and(|age| age < LASTS);
        if !passes {
            place.held = Some(check);
        }
        let is_due = age.is_none_or(|age| age >= RENEWED);
        let question = is_due.then(|| self.ask(from, ours, now)).flatten();
        Admission { passes, question }
    }

    /// What to ask at an address where a check waits, once it is known how.
    pub fn ask(&mut self, at: SocketAddr, ours: Ours<'_>, now: Instant) -> Option<Vec<u8>> {
        let (client, place) = self.client.as_ref().zip(self.places.get_mut(&at))?;
        let soon = place
            .asked
            .is_some_and(|(_, at)| now.saturating_duration_since(at) < BETWEEN_QUESTIONS);
        if soon {
            return None;
        }
        let mut transaction = Transaction::default();
        let random = Uuid::new_v4().into_bytes();
        for (byte, value) in transaction.iter_mut().zip(ours.tag.into_iter().chain(random)) {
            *byte = value;
        }
        place.asked = Some((transaction, now));
        Some(stun::check(transaction, &client.fragment, ours.fragment, &client.password))
    }

    /// Where checks wait, and to which of our addresses they came.
    pub fn waiting(&self) -> Vec<(SocketAddr, SocketAddr)> {
        let held = |(at, place): (&SocketAddr, &Place)| Some((*at, place.held.as_ref()?.address));
        self.places.iter().filter_map(held).collect()
    }

    /// Somebody answered. Returns the check that waited for it, if it is an answer to what was asked
    /// there.
    pub fn answered(&mut self, from: SocketAddr, datagram: &[u8]) -> Option<Check> {
        let (client, place) = self.client.as_ref().zip(self.places.get_mut(&from))?;
        let (transaction, asked) = place.asked?;
        let is_it = stun::answered(datagram) == Some(transaction)
            && stun::is_signed(datagram, &client.password);
        if !is_it {
            return None;
        }
        place.asked = None;
        place.proven = Some(asked);
        place.held.take()
    }

    /// Whether somebody is there. What is on its way from where a client was before an ICE restart still
    /// counts (RFC 8445, 9).
    pub fn is_proven(&self, at: SocketAddr, now: Instant) -> bool {
        let proven = self.places.get(&at).and_then(|place| place.proven);
        proven.is_some_and(|proven| now.saturating_duration_since(proven) < LASTS)
    }

    /// What is taken for a check that passes, if it is not the check itself.
    ///
    /// After an ICE restart the first place that answers is sent to until the client chooses. Chromium
    /// does that with the next check, but the next one of a way that works comes after 900 ms only, and
    /// meanwhile what is sent to the old place is lost.
    pub fn choice(&mut self, check: &[u8], ours: &str, password: &str) -> Option<Vec<u8>> {
        let is_open =
            self.chosen_as.as_deref() != Some(ours) && stun::addressee(check) == Some(ours);
        if !is_open || !stun::is_signed(check, password) {
            return None;
        }
        let is_restart = self.chosen_as.is_some();
        let nominates = stun::nominates(check);
        if is_restart || nominates {
            self.chosen_as = Some(ours.to_owned());
        }
        (is_restart && !nominates).then(|| stun::nominating(check, password)).flatten()
    }

    /// Makes room for one more address.
    fn has_room(&mut self, now: Instant) -> bool {
        if self.places.len() < MOST_PLACES {
            return true;
        }
        let is_left = |place: &Place| {
            let since = place.proven.unwrap_or(place.since);
            now.saturating_duration_since(since) >= LASTS
        };
        self.places.retain(|_, place| !is_left(place));
        self.places.len() < MOST_PLACES
    }
}

/// How long it is believed that somebody is there.
pub const LASTS: Duration = Duration::from_secs(30);
/// After so long they are asked again.
const RENEWED: Duration = Duration::from_secs(10);
/// Between two questions to one address. Answers from far away take longer; what counts is the last.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(400);
/// Characters, as RFC 8839 has it.
const LONGEST: usize = 256;
/// Addresses of one client: of all its interfaces, and of the network that it goes to.
const MOST_PLACES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Consent {
        let mut consent = Consent::default();
        consent.learn(Some(Credentials { fragment: "them".into(), password: "secret".into() }));
        consent
    }

    fn at(port: u16) -> SocketAddr {
        SocketAddr::new("192.0.2.1".parse().unwrap(), port)
    }

    fn ours() -> Ours<'static> {
        Ours { fragment: "ours", tag: [1, 2, 3, 4, 5, 6] }
    }

    /// The transaction of a question.
    fn of(question: &[u8]) -> Transaction {
        question[8..20].try_into().unwrap()
    }

    fn check() -> Check {
        Check { datagram: vec![1, 2, 3], address: at(9) }
    }

    /// The answer that somebody gives who knows the password.
    fn answer(transaction: Transaction, password: &str) -> Vec<u8> {
        let mut answer = stun::check(transaction, "", "", password);
        // The type is signed, too.
        let key = aws_lc_rs::hmac::Key::new(
            aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            password.as_bytes(),
        );
        answer[..2].copy_from_slice(&[1, 1]);
        let end = answer.len() - 8 - 24;
        let mut signed = answer[..end].to_vec();
        signed[2..4].copy_from_slice(&u16::try_from(end + 4).unwrap().to_be_bytes());
        answer[end + 4..end + 24].copy_from_slice(aws_lc_rs::hmac::sign(&key, &signed).as_ref());
        answer
    }

    #[test]
    fn the_first_place_is_chosen_after_a_restart_and_by_the_client_before() {
        let mut consent = client();
        let check = |ours| stun::check([7; 12], ours, "them", "password");
        let chosen = |ours| stun::nominating(&check(ours), "password").unwrap();
        let mut choice = |check: &[u8], ours| consent.choice(check, ours, "password");
        assert_eq!(choice(&check("first"), "first"), None, "the client is about to");
        assert_eq!(choice(&chosen("first"), "first"), None, "it did");
        assert_eq!(choice(&check("first"), "first"), None);

        assert_eq!(choice(&check("first"), "second"), None, "to the name before");
        let forged = stun::check([7; 12], "second", "them", "guess");
        assert_eq!(choice(&forged, "second"), None);
        assert_eq!(choice(&check("second"), "second"), Some(chosen("second")));
        assert_eq!(choice(&check("second"), "second"), None, "once");

        assert_eq!(choice(&chosen("third"), "third"), None, "by the client itself");
        assert_eq!(choice(&check("third"), "third"), None);
    }

    #[test]
    fn a_check_waits_until_somebody_answers_where_it_came_from() {
        let now = Instant::now();
        let mut consent = client();
        let Admission { passes: false, question: Some(question) } =
            consent.admit(at(1), check(), ours(), now)
        else {
            panic!("nobody is known there")
        };
        let asked = of(&question);
        assert_eq!(asked[..6], ours().tag);
        assert_eq!(stun::addressee(&question), Some("them"));
        assert_eq!(
            consent.admit(at(1), check(), ours(), now),
            Admission::default(),
            "asked already"
        );
        assert_eq!(consent.answered(at(2), &answer(asked, "secret")), None, "from elsewhere");
        assert_eq!(consent.answered(at(1), &answer(asked, "guess")), None, "by somebody else");
        assert_eq!(consent.answered(at(1), &answer([0; 12], "secret")), None, "to something else");
        assert_eq!(consent.answered(at(1), &answer(asked, "secret")), Some(check()));
        assert_eq!(consent.answered(at(1), &answer(asked, "secret")), None, "once");
        let lasts = [29, 30].map(|s| consent.is_proven(at(1), now + Duration::from_secs(s)));
        assert_eq!(lasts, [true, false]);
        assert!(!consent.is_proven(at(2), now));
        let known = consent.admit(at(1), check(), ours(), now + Duration::from_secs(9));
        assert_eq!(known, Admission { passes: true, question: None });
        assert!(!consent.admit(at(2), check(), ours(), now).passes, "each address for itself");
    }

    #[test]
    fn who_does_not_answer_any_more_is_not_heard_any_more() {
        let now = Instant::now();
        let after = |seconds| now + Duration::from_secs(seconds);
        let mut consent = client();
        let asked = of(&consent.admit(at(1), check(), ours(), now).question.unwrap());
        consent.answered(at(1), &answer(asked, "secret")).unwrap();
        let again = of(&consent.admit(at(1), check(), ours(), after(10)).question.unwrap());
        assert!(consent.admit(at(1), check(), ours(), after(29)).passes);
        assert!(!consent.admit(at(1), check(), ours(), after(30)).passes);
        assert_eq!(consent.answered(at(1), &answer(again, "secret")), None, "asked anew since");
        let asked = of(&consent.admit(at(1), check(), ours(), after(31)).question.unwrap());
        assert!(consent.answered(at(1), &answer(asked, "secret")).is_some());
        assert!(consent.admit(at(1), check(), ours(), after(32)).passes);
    }

    #[test]
    fn before_it_is_known_how_to_ask_a_check_waits_and_its_address_is_known() {
        let now = Instant::now();
        let mut consent = Consent::default();
        assert_eq!(consent.admit(at(1), check(), ours(), now), Admission::default());
        assert_eq!(consent.waiting(), [(at(1), at(9))]);
        consent.learn(client().client);
        assert!(consent.ask(at(1), ours(), now).is_some());
    }

    #[test]
    fn whoever_sends_from_everywhere_has_few_addresses_asked() {
        let now = Instant::now();
        let mut consent = client();
        let asked = (0..1000)
            .filter(|port| consent.admit(at(*port), check(), ours(), now).question.is_some());
        assert_eq!(asked.count(), MOST_PLACES);
        let later = now + LASTS;
        assert!(
            consent.admit(at(2000), check(), ours(), later).question.is_some(),
            "they went away"
        );
    }
}
