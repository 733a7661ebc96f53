//! Which layers of a published video somebody needs, and what its publisher is told about it.

use std::time::{Duration, Instant};

use trunkline_protocol::sfu::{
    event::{VideoLayerSetting, VideoSender},
    models::TrackInfo,
};

use super::layers;
use crate::sfu::ids::Size;

/// The layers of a video, and up to which of them they are needed.
#[derive(Debug, Default)]
pub struct Ladder {
    sender: VideoSender,
    /// The smallest first.
    rungs: Vec<Rung>,
    /// How many of the rungs are needed.
    needed: usize,
    /// As the publisher was last told; it encodes all when it was told nothing.
    told: Option<usize>,
    /// Since when fewer are needed than the publisher was told.
    falling_since: Option<Instant>,
}

/// An announced layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Rung {
    pub name: String,
    pub size: Size,
}

impl Ladder {
    /// The publisher announces the track, for the first time or again.
    pub fn announce(&mut self, track: &TrackInfo, mut rungs: Vec<Rung>) {
        rungs.sort_by_key(|rung| rung.size.area());
        if rungs != self.rungs {
            // Other layers are other encoders, which are on.
            self.told = None;
            self.rungs = rungs;
        }
        self.sender = VideoSender {
            codec: track.codec.clone(),
            track_type: track.track_type,
            publish_option_id: track.publish_option_id,
            ..VideoSender::default()
        };
    }

    /// Takes note of the sizes at which the video is wanted; `None` for as large as there is.
    pub fn demand(&mut self, wishes: impl Iterator<Item = Option<Size>>) {
        let most = self.rungs.len();
        let needed = wishes.map(|wished| {
            let enough = self.rungs.iter().position(|rung| layers::covers(Some(rung.size), wished));
            enough.map_or(most, |index| index + 1)
        });
        self.needed = needed.max().unwrap_or(0);
    }

    /// What to tell the publisher now, if anything. Layers go on at once, and off when nobody has
    /// needed them for a while: a stream that begins anew costs a keyframe.
    pub fn poll(&mut self, now: Instant) -> Option<VideoSender> {
        let told = self.told.unwrap_or(self.rungs.len());
        if self.needed >= told {
            self.falling_since = None;
        } else if now.saturating_duration_since(*self.falling_since.get_or_insert(now)) < PATIENCE {
            return None;
        }
        if self.needed == told {
            return None;
        }
        self.falling_since = None;
        self.told = Some(self.needed);
        // The whole ladder, because a layer that is missing is switched off for good.
        let layers = self.rungs.iter().enumerate().map(|(index, rung)| VideoLayerSetting {
            name: rung.name.clone(),
            active: index < self.needed,
            ..VideoLayerSetting::default()
        });
        Some(VideoSender { layers: layers.collect(), ..self.sender.clone() })
    }
}

const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    fn ladder() -> Ladder {
        let rung = |name: &str, size| Rung { name: name.into(), size };
        let rungs =
            vec![rung("f", size(1280, 720)), rung("q", size(320, 180)), rung("h", size(640, 360))];
        let mut ladder = Ladder::default();
        let track = TrackInfo { publish_option_id: 2, track_type: 2, ..TrackInfo::default() };
        ladder.announce(&track, rungs);
        ladder
    }

    fn active(sender: &VideoSender) -> Vec<(&str, bool)> {
        sender.layers.iter().map(|layer| (layer.name.as_str(), layer.active)).collect()
    }

    #[test]
    fn layers_above_all_wishes_are_switched_off_after_a_while() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut ladder = ladder();
        ladder.demand([Some(size(300, 100)), Some(size(600, 300))].into_iter());
        assert_eq!(ladder.poll(start), None);
        assert_eq!(ladder.poll(after(999)), None, "it may be wanted again");
        let told = ladder.poll(after(1000)).unwrap();
        assert_eq!(active(&told), [("q", true), ("h", true), ("f", false)]);
        assert_eq!((told.publish_option_id, told.track_type), (2, 2));
        assert_eq!(ladder.poll(after(5000)), None, "told once");

        ladder.demand([None].into_iter());
        let told = ladder.poll(after(5001)).expect("on at once");
        assert_eq!(active(&told), [("q", true), ("h", true), ("f", true)]);
    }

    #[test]
    fn a_video_that_nobody_watches_is_off_altogether() {
        let start = Instant::now();
        let mut ladder = ladder();
        ladder.demand(std::iter::empty());
        ladder.poll(start);
        let told = ladder.poll(start + PATIENCE).unwrap();
        assert!(told.layers.iter().all(|layer| !layer.active));
    }

    #[test]
    fn a_short_drop_of_demand_is_not_told() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut ladder = ladder();
        ladder.demand(std::iter::empty());
        assert_eq!(ladder.poll(start), None);
        ladder.demand([None].into_iter());
        assert_eq!(ladder.poll(after(500)), None);
        ladder.demand(std::iter::empty());
        assert_eq!(ladder.poll(after(1100)), None, "counted anew");
        assert!(ladder.poll(after(2100)).is_some());
    }

    #[test]
    fn other_layers_begin_switched_on() {
        let start = Instant::now();
        let mut ladder = ladder();
        ladder.demand(std::iter::empty());
        ladder.poll(start);
        assert!(ladder.poll(start + PATIENCE).is_some());
        let track = TrackInfo::default();
        ladder.announce(&track, vec![Rung { name: "q".into(), size: size(1, 1) }]);
        ladder.demand([None].into_iter());
        assert_eq!(ladder.poll(start + 2 * PATIENCE), None, "they are on");
    }

    #[test]
    fn a_track_without_layers_is_left_alone() {
        let mut ladder = Ladder::default();
        ladder.demand(std::iter::empty());
        assert_eq!(ladder.poll(Instant::now()), None);
    }
}
