//! Which layers pass, and what is told of it.

use trunkline_protocol::sfu::models::TrackType;

use super::*;
use crate::sfu::{ids::Size, media::layers::LayerId, signalling::Wish};

const CAMERA: TrackKey = TrackKey { publisher: SessionKey(1), kind: TrackType::Video };

/// A subscriber with a camera of so many bits/s per layer, and its clock.
struct Call {
    subscriber: Subscriber,
    now: Instant,
}

impl Call {
    fn new(rates: &[u64]) -> Self {
        let now = Instant::now();
        let mut subscriber = Subscriber::new(&Endpoint::alone(&[]), now);
        subscriber.update(&[available(CAMERA)]);
        let layers = rates.iter().zip(1..).map(|(rate, n)| ArrivingLayer {
            id: LayerId { stream: Some(n.to_string().as_str().into()), spatial: 0 },
            size: Some(Size { width: 320 * n, height: 180 * n }),
            rate: *rate,
        });
        subscriber.see(CAMERA, &layers.collect::<Vec<_>>());
        Self { subscriber, now }
    }

    /// Lets time pass with this estimate, in bits/s. Returns the pauses that are told of, with
    /// the ms at which they are.
    fn run(&mut self, ms: u64, estimate: u64) -> Vec<(u64, bool)> {
        let mut told = Vec::new();
        for at in (0..ms).step_by(100) {
            let path = Path { estimate, round_trip: None, loss: 0.0 };
            self.subscriber.observe(path, self.now);
            let allocation = self.subscriber.allocate(&HashSet::new(), self.now);
            told.extend(allocation.pauses.iter().map(|(_, paused)| (at, *paused)));
            self.now += Duration::from_millis(100);
        }
        told
    }

    /// The layer that should pass, from 0.
    fn step(&self) -> Option<usize> {
        self.subscriber.outputs[&CAMERA].step()
    }
}

#[test]
fn a_video_is_paused_when_it_has_not_fitted_for_two_seconds() {
    let mut call = Call::new(&[150_000, 500_000]);
    assert!(call.run(1000, 1_000_000).is_empty());
    assert_eq!(call.step(), Some(1));
    // An estimate has to last for half a second.
    assert!(call.run(2500, 100_000).is_empty());
    assert_eq!(call.step(), Some(0), "the smallest is kept meanwhile");
    assert_eq!(call.run(1000, 100_000), [(0, true)]);
    assert_eq!(call.step(), None);
    assert_eq!(call.run(5000, 1_000_000).len(), 1, "resumed");
    assert!(call.run(2000, 100_000).is_empty(), "a short low");
    assert!(call.run(2000, 1_000_000).is_empty());
    assert!(call.run(2000, 100_000).is_empty(), "counted anew");
}

#[test]
fn a_small_video_passes_whatever_the_estimate() {
    let mut call = Call::new(&[60_000]);
    assert!(call.run(5000, 40_000).is_empty());
    assert_eq!(call.step(), Some(0));
    let mut call = Call::new(&[100_000]);
    assert_eq!(call.run(5000, 40_000), [(0, true)]);
}

#[test]
fn what_is_looked_for_suffices_for_the_next_layer() {
    let mut call = Call::new(&[150_000, 500_000, 1_500_000]);
    call.run(1000, 300_000);
    assert_eq!(call.subscriber.desired, 500_000, "str0m looks for twice as much");
    call.run(1000, 310_000);
    assert_eq!(call.subscriber.desired, 500_000);
    call.run(5000, 700_000);
    assert_eq!(call.subscriber.desired, 1_500_000);
}

#[test]
fn nothing_goes_up_right_after_bandwidth_fell() {
    let mut call = Call::new(&[150_000, 500_000]);
    call.run(1000, 1_000_000);
    call.run(600, 300_000);
    assert_eq!(call.step(), Some(0));
    call.run(2500, 1_000_000);
    assert_eq!(call.step(), Some(0), "the estimate has yet to settle");
    call.run(1000, 1_000_000);
    assert_eq!(call.step(), Some(1));
}

#[test]
fn what_one_publisher_sends_changes_without_a_look_at_the_others() {
    let [sound, other] = [(1, TrackType::Audio), (2, TrackType::Video)]
        .map(|(publisher, kind)| TrackKey { publisher: SessionKey(publisher), kind });
    let mut subscriber = Subscriber::new(&Endpoint::alone(&[]), Instant::now());
    let all = subscriber.update(&[CAMERA, sound, other].map(available));
    assert_eq!((all.added, all.videos), (vec![CAMERA, sound, other], vec![CAMERA, other]));

    let same = subscriber.update_from(CAMERA.publisher, &[CAMERA, sound].map(available));
    assert_eq!(same, Difference::default());
    assert!(subscriber.set_live(sound, false), "muted");
    assert!(!subscriber.set_live(sound, false), "it was already");
    assert!(subscriber.wanted(sound).is_none() && subscriber.wanted(CAMERA).is_some());
    let unknown = TrackKey { publisher: SessionKey(7), kind: TrackType::Audio };
    assert!(!subscriber.set_live(unknown, true));

    let small = Some(Wish { size: Some(Size { width: 320, height: 180 }) });
    let smaller = AvailableTrack { wish: small, ..available(CAMERA) };
    let difference = subscriber.update_from(CAMERA.publisher, &[smaller, available(sound)]);
    assert_eq!(difference, Difference { videos: vec![CAMERA], ..Difference::default() });
    let gone = subscriber.update_from(CAMERA.publisher, &[available(sound)]);
    assert_eq!((gone.removed, gone.videos), (vec![CAMERA], vec![CAMERA]));
    let left: HashSet<_> = subscriber.outputs.keys().copied().collect();
    assert_eq!(left, HashSet::from([sound, other]));
    assert!(subscriber.videos().eq([other]));
}

#[test]
fn the_text_of_an_offer_is_written_by_whoever_sends_it() {
    let now = Instant::now();
    let sound = TrackKey { publisher: SessionKey(1), kind: TrackType::Audio };
    let mut subscriber = Subscriber::new(&Endpoint::alone(&[]), now);
    let stereo = AvailableTrack { stereo: true, ..available(sound) };
    subscriber.update(&[available(CAMERA), stereo]);
    let draft = subscriber.offer(now).unwrap();
    // On another thread, and after the track is gone.
    subscriber.update(&[]);
    let offer = std::thread::spawn(move || draft.write()).join().unwrap();
    assert_eq!((offer.negotiation_id, offer.ice_restart), (1, false));
    for stream in ["1:TRACK_TYPE_VIDEO", "1:TRACK_TYPE_AUDIO"] {
        assert!(offer.sdp.contains(&format!("a=msid:{stream} ")), "{}", offer.sdp);
    }
    assert_eq!(offer.sdp.matches("sprop-stereo=1").count(), 1, "{}", offer.sdp);
    assert!(offer.sdp.contains("VP8/90000") && !offer.sdp.contains("VP9/90000"));
    let Some(Overdue::Repeat(again)) = subscriber.overdue(now + Duration::from_secs(2)) else {
        panic!("nobody has answered")
    };
    let again = again.write();
    assert_eq!((again.negotiation_id, again.sdp), (2, offer.sdp));
}

#[test]
fn no_two_m_lines_have_the_same_name() {
    let now = Instant::now();
    let tracks: Vec<_> = (0..200).map(sound).map(available).collect();
    // One of twelve would have two with the same name by chance.
    for _ in 0..60 {
        let mut subscriber = Subscriber::new(&Endpoint::alone(&[]), now);
        // The second offer is made before the first is answered.
        for tracks in [&tracks[..100], &tracks] {
            subscriber.update(tracks);
            subscriber.restart();
            let offer = subscriber.offer(now).unwrap().write();
            let names = offer.sdp.lines().filter_map(|line| line.strip_prefix("a=mid:"));
            let names: Vec<_> = names.collect();
            let distinct: HashSet<_> = names.iter().collect();
            assert_eq!((names.len(), distinct.len()), (tracks.len(), tracks.len()));
        }
    }
}

#[test]
fn what_is_too_much_for_one_offer_is_in_the_next() {
    let now = Instant::now();
    let mut subscriber = Subscriber::new(&Endpoint::alone(&[]), now);
    let tracks: Vec<_> = (0..300).map(sound).map(available).collect();
    subscriber.update(&tracks);
    let lines = |offer: &str| offer.matches("a=mid:").count();
    let first = subscriber.offer(now).unwrap().write();
    assert_eq!(lines(&first.sdp), 256);
    assert!(subscriber.offer(now).is_none(), "the first is not answered");
    let mut client = str0m::RtcConfig::new().build(now);
    let offer = str0m::change::SdpOffer::from_sdp_string(&first.sdp).unwrap();
    let answer = client.sdp_api().accept_offer(offer).unwrap().to_sdp_string();
    // Browsers name no streams that they only receive.
    let lines_of_browsers = answer.split_inclusive('\n').filter(|line| !line.contains("semantic"));
    let answer = Answer::read(&lines_of_browsers.collect::<String>()).map(Box::new);
    subscriber.answer(first.negotiation_id, answer, now).unwrap();
    let second = subscriber.offer(now).unwrap().write();
    assert_eq!(lines(&second.sdp), 300);
}

#[test]
fn passwords_after_a_restart_do_not_follow_from_what_was_made_up_before() {
    let now = Instant::now();
    let mut subscriber = Subscriber::new(&Endpoint::alone(&[]), now);
    subscriber.update(&[available(CAMERA)]);
    subscriber.offer(now).unwrap();
    let passwords = [(); 2].map(|()| {
        fastrand::seed(1);
        subscriber.restart();
        let offer = subscriber.offer(now).unwrap().write();
        offer.sdp.lines().find(|line| line.starts_with("a=ice-pwd:")).unwrap().to_owned()
    });
    assert_ne!(passwords[0], passwords[1]);
}

fn sound(publisher: u64) -> TrackKey {
    TrackKey { publisher: SessionKey(publisher), kind: TrackType::Audio }
}

fn available(key: TrackKey) -> AvailableTrack {
    AvailableTrack {
        key,
        stream_id: format!("{}:{}", key.publisher.0, key.kind.as_str_name()),
        codec: if is_audio(key.kind) { "" } else { "vp8" }.into(),
        stereo: false,
        live: true,
        wish: Some(Wish::default()),
    }
}
