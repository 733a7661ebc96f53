//! A crowd in its own process, as somebody in the same call sees it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{task::spawn_blocking, time::timeout};
use trunkline_protocol::sfu::{
    event::{JoinRequest, sfu_event::EventPayload as Event},
    models::{Participant, TrackType},
};
use trunkline_server::control::SfuClaims;

use crate::support::{Client, PATIENCE, TestServer};

const PARTICIPANTS: usize = 30;
const SPEAKERS: usize = 3;
const MEDIA: usize = 2;

/// A crowd that is told to end with the test.
struct Gathering(Child);

impl Gathering {
    fn of(server: &TestServer, args: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline-server"));
        command.args(["crowd", "--dev", "--url", &server.base]).args(args.split_whitespace());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// Waits for a line that begins so.
    async fn says(&mut self, wanted: &'static str) {
        let mut lines = BufReader::new(self.0.stdout.take().unwrap());
        let reading = spawn_blocking(move || {
            let mut line = String::new();
            while !line.starts_with(wanted) {
                line.clear();
                assert!(lines.read_line(&mut line).unwrap() > 0, "it has ended");
            }
            lines
        });
        let lines = timeout(PATIENCE, reading).await.expect("it says so").unwrap();
        self.0.stdout = Some(lines.into_inner());
    }

    /// Has it end as Ctrl-C does, and waits until it has. Returns what it said last.
    async fn end(mut self) -> String {
        kill_process(Pid::from_child(&self.0), Signal::INT).unwrap();
        let stdout = BufReader::new(self.0.stdout.take().unwrap());
        let reading = spawn_blocking(move || stdout.lines().map_while(Result::ok).last());
        let last = timeout(PATIENCE, reading).await.expect("it ends").unwrap();
        let status = self.0.wait().unwrap();
        assert!(status.success(), "{status}");
        last.unwrap_or_default()
    }
}

impl Drop for Gathering {
    fn drop(&mut self) {
        // It has ended by itself, or does so now.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What an observer knows of the others.
struct Observer {
    client: Client,
    /// Users by their sessions.
    present: BTreeMap<String, String>,
    came: Vec<String>,
    went: Vec<String>,
    spoke: BTreeSet<String>,
    published: BTreeSet<(String, TrackType)>,
}

impl Observer {
    async fn join(server: &TestServer) -> Self {
        let mut claims: SfuClaims = TestServer::claims("observer");
        claims.cid = "1/default:crowd".into();
        let request = JoinRequest { session_id: "observer".into(), ..JoinRequest::default() };
        let client = Client::join_with(server, server.sign(&claims), "observer", request).await;
        let (came, went) = (Vec::new(), Vec::new());
        let (spoke, published) = (BTreeSet::new(), BTreeSet::new());
        Self { client, present: BTreeMap::new(), came, went, spoke, published }
    }

    /// Follows what happens until something is so.
    async fn sees(&mut self, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            let event = self.client.socket().event().await;
            self.note(event);
        }
    }

    /// Takes note of all that has happened by now.
    async fn catches_up(&mut self) {
        for event in self.client.hear_until_pong().await {
            self.note(event);
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::ParticipantJoined(event) => {
                let Participant { session_id, user_id, .. } = event.participant.unwrap();
                self.came.push(user_id.clone());
                self.present.insert(session_id, user_id);
            }
            Event::ParticipantLeft(event) => {
                let participant = event.participant.unwrap();
                self.present.remove(&participant.session_id).expect("somebody who was there");
                self.went.push(participant.user_id);
            }
            Event::AudioLevelChanged(event) => {
                let speaking = event.audio_levels.into_iter().filter(|level| level.is_speaking);
                self.spoke.extend(speaking.map(|level| level.user_id));
            }
            Event::TrackPublished(event) => {
                self.published.insert((event.user_id.clone(), event.r#type()));
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_crowd_comes_speaks_changes_and_goes() {
    let server = TestServer::start().await;
    let mut observer = Observer::join(&server).await;
    let mut crowd = Gathering::of(
        &server,
        &format!(
            "--participants {PARTICIPANTS} --speakers {SPEAKERS} --media {MEDIA} --churn 5 --seed 3"
        ),
    );
    observer.sees(|seen| seen.present.len() == PARTICIPANTS).await;
    let users: BTreeSet<_> = observer.present.values().collect();
    assert_eq!(users.len(), PARTICIPANTS, "each a user of their own");
    crowd.says("everybody is in the call").await;

    observer.sees(|seen| seen.published.len() == SPEAKERS + MEDIA).await;
    let camera = |index: usize| (format!("crowd-{index}"), TrackType::Video);
    assert!((0..MEDIA).all(|index| observer.published.contains(&camera(index))));
    observer.sees(|seen| seen.spoke.len() == 2).await;
    let speakers = |user: &String| ["crowd-0", "crowd-1", "crowd-2"].contains(&user.as_str());
    assert!(observer.spoke.iter().all(speakers), "{:?}", observer.spoke);

    // Whoever leaves is followed by somebody else; speakers and senders stay.
    observer.sees(|seen| seen.went.len() >= 3 && seen.present.len() == PARTICIPANTS).await;
    assert!(observer.came.len() > PARTICIPANTS);
    assert!(!observer.went.iter().any(speakers), "{:?}", observer.went);

    let last = crowd.end().await;
    assert!(last.contains(&format!("0 of {PARTICIPANTS} in the call")), "{last}");
    // They said goodbye: nobody is waited for who might come back.
    observer.catches_up().await;
    assert!(observer.present.is_empty(), "{:?}", observer.present);
}

#[tokio::test]
async fn a_crowd_that_cannot_come_says_why() {
    let limited = TestServer::start_with("--app-rate-limit 30").await;
    let unused = TestServer::start().await;
    let nobody = unused.base.clone();
    unused.server.shutdown().await;
    for (url, app, reasons) in [
        (&nobody, "--dev", vec!["cannot reach", &nobody]),
        (&limited.base, "--dev", vec!["(429)", "--app-rate-limit"]),
        (&limited.base, "--api-key trunkline-dev --api-secret x", vec!["(401)", "--dev"]),
    ] {
        let args = format!("crowd --url {url} --participants 5 {app}");
        let crowd = spawn_blocking(move || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_trunkline-server"));
            command.args(args.split_whitespace()).output().unwrap()
        });
        let output = timeout(PATIENCE, crowd).await.unwrap().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success());
        assert!(reasons.iter().all(|reason| text.contains(*reason)), "{text}");
    }
}
