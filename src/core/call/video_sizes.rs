//! In which size the videos of the others are asked for: in as many px as the largest element that
//! shows them has on its display, unless the app prefers another size or wants none.

use indexmap::IndexMap;

use crate::core::{
    element::IncomingVideo,
    ids::ElementId,
    state::{Dimension, TrackType, Visibility},
};

/// The elements that show videos of others.
#[derive(Debug, Default)]
pub(crate) struct VideoSizes {
    elements: IndexMap<ElementId, Shown>,
}

/// A video of somebody.
pub(crate) type Video = (String, TrackType);

/// What one element shows, and the size that it asks for.
#[derive(Debug)]
struct Shown {
    video: Video,
    /// CSS px, as all sizes here but that of the picture.
    size: Dimension,
    /// The size when it was not hidden.
    last_size: Option<Dimension>,
    /// Of the picture in it.
    picture: Dimension,
    /// px of the display per CSS px
    density: f64,
    /// Whether the page shows it, or nearly does.
    is_near: bool,
    asked: Option<Dimension>,
    asked_last: Option<Dimension>,
}

impl VideoSizes {
    /// An element shows a video, in a size that is told next.
    pub(crate) fn bind(&mut self, element: ElementId, video: Video) {
        let shown = Shown {
            video,
            size: NOTHING,
            last_size: None,
            picture: NOTHING,
            density: 1.0,
            is_near: true,
            asked: None,
            asked_last: None,
        };
        self.elements.insert(element, shown);
    }

    /// It does not any more. The video whose size may be another one now is returned, here and below.
    #[must_use]
    pub(crate) fn unbind(&mut self, element: ElementId) -> Option<Video> {
        self.elements.shift_remove(&element).map(|shown| shown.video)
    }

    /// An element, or the picture in it, has another size.
    #[must_use]
    pub(crate) fn on_resized(
        &mut self,
        element: ElementId,
        size: Dimension,
        picture: Dimension,
        density: f64,
    ) -> Option<Video> {
        self.edit(element, |shown| {
            if size.area() > 0 {
                let is_another = shown.last_size.is_some_and(|last| last != size);
                // Not the picture made it so large, so it may be as large as that.
                if is_another && shown.picture == picture {
                    shown.asked_last = Some(size);
                }
                shown.last_size = Some(size);
            }
            shown.size = size;
            shown.picture = picture;
            shown.density = density;
        })
    }

    /// An element was scrolled far away, or comes back.
    #[must_use]
    pub(crate) fn on_scrolled(&mut self, element: ElementId, is_near: bool) -> Option<Video> {
        self.edit(element, |shown| shown.is_near = is_near)
    }

    /// The size in which a video is to be asked for, if at all.
    pub(crate) fn wish(
        &self,
        settings: &IncomingVideo,
        video: &Video,
        visibility: Visibility,
    ) -> Option<Dimension> {
        if !settings.enabled || visibility == Visibility::Invisible {
            return None;
        }
        let asked = self.elements.values().filter(|shown| shown.video == *video);
        let limit = settings.max_density.unwrap_or(f64::INFINITY);
        let sizes = asked.filter_map(|shown| Some(scale(shown.asked?, shown.density.min(limit))));
        let largest = sizes.max_by_key(|size| size.area())?;
        let (session_id, track_type) = video;
        // A screen that is shared is there to be read.
        let preferred = (*track_type == TrackType::Video)
            .then(|| settings.by_session.get(session_id).copied().or(settings.preferred));
        Some(preferred.flatten().unwrap_or(largest))
    }

    /// All videos that an element shows.
    pub(crate) fn videos(&self) -> Vec<Video> {
        let mut videos: Vec<Video> = Vec::new();
        for Shown { video, .. } in self.elements.values() {
            if !videos.contains(video) {
                videos.push(video.clone());
            }
        }
        videos
    }

    fn edit(&mut self, element: ElementId, edit: impl FnOnce(&mut Shown)) -> Option<Video> {
        let shown = self.elements.get_mut(&element)?;
        edit(shown);
        shown.ask();
        Some(shown.video.clone())
    }
}

impl Shown {
    fn ask(&mut self) {
        self.asked = if !self.is_near || self.size.area() == 0 {
            None
        } else if self.size == self.picture {
            // An element without a size of its own takes that of the picture. To ask for that size
            // would make the picture, and with it the element, grow and shrink for ever.
            self.asked_last.or(Some(self.size))
        } else {
            Some(self.size)
        };
        self.asked_last = self.asked.or(self.asked_last);
    }
}

fn scale(size: Dimension, density: f64) -> Dimension {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    let px = |css: u32| (f64::from(css) * density).round().max(1.0) as u32;
    Dimension { width: px(size.width), height: px(size.height) }
}

const NOTHING: Dimension = Dimension { width: 0, height: 0 };

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Dimension = Dimension { width: 100, height: 50 };
    const LARGE: Dimension = Dimension { width: 400, height: 300 };

    fn element(number: i64) -> ElementId {
        ElementId::from_number(number)
    }

    fn camera() -> Video {
        ("bob".to_owned(), TrackType::Video)
    }

    fn screen() -> Video {
        ("bob".to_owned(), TrackType::ScreenShare)
    }

    fn shown(sizes: &[Dimension]) -> VideoSizes {
        let mut videos = VideoSizes::default();
        for (number, size) in (1..).zip(sizes) {
            videos.bind(element(number), camera());
            assert_eq!(videos.on_resized(element(number), *size, NOTHING, 1.0), Some(camera()));
        }
        videos
    }

    fn wish(videos: &VideoSizes) -> Option<Dimension> {
        videos.wish(&IncomingVideo::default(), &camera(), Visibility::Unknown)
    }

    #[test]
    fn the_largest_element_decides_and_none_asks_for_nothing() {
        let mut videos = shown(&[SMALL, LARGE]);
        assert_eq!(wish(&videos), Some(LARGE));
        assert_eq!(videos.unbind(element(2)), Some(camera()));
        assert_eq!(videos.unbind(element(2)), None);
        assert_eq!(wish(&videos), Some(SMALL));
        assert_eq!(videos.on_resized(element(1), NOTHING, NOTHING, 1.0), Some(camera()));
        assert_eq!(wish(&videos), None, "it is hidden");
        assert_eq!(videos.wish(&IncomingVideo::default(), &screen(), Visibility::Unknown), None);
    }

    #[test]
    fn without_incoming_video_and_out_of_sight_nothing_is_asked_for() {
        let videos = shown(&[LARGE]);
        let on = IncomingVideo::default();
        let off = IncomingVideo { enabled: false, ..IncomingVideo::default() };
        assert_eq!(videos.wish(&off, &camera(), Visibility::Visible), None);
        assert_eq!(videos.wish(&on, &camera(), Visibility::Visible), Some(LARGE));
        assert_eq!(videos.wish(&on, &camera(), Visibility::Invisible), None);
    }

    #[test]
    fn a_preferred_size_takes_the_place_of_that_of_elements_for_some_before_for_all() {
        let mut videos = shown(&[LARGE]);
        videos.bind(element(9), screen());
        assert_eq!(videos.on_resized(element(9), LARGE, NOTHING, 1.0), Some(screen()));
        assert_eq!(videos.videos(), [camera(), screen()]);
        let mut settings = IncomingVideo { preferred: Some(SMALL), ..IncomingVideo::default() };
        let of = |settings: &IncomingVideo, video: Video| {
            videos.wish(settings, &video, Visibility::Unknown)
        };
        assert_eq!(of(&settings, camera()), Some(SMALL));
        assert_eq!(of(&settings, screen()), Some(LARGE), "a screen is there to be read");
        let hd = Dimension { width: 1280, height: 720 };
        settings.by_session.insert("bob".to_owned(), hd);
        assert_eq!(of(&settings, camera()), Some(hd));
        assert_eq!(of(&settings, ("carol".to_owned(), TrackType::Video)), None, "not shown");
    }

    #[test]
    fn an_element_far_away_asks_for_nothing_whatever_its_size_becomes() {
        let mut videos = shown(&[LARGE]);
        assert_eq!(videos.on_scrolled(element(1), false), Some(camera()));
        assert_eq!(wish(&videos), None);
        assert_eq!(videos.on_resized(element(1), SMALL, NOTHING, 1.0), Some(camera()));
        assert_eq!(wish(&videos), None);
        assert_eq!(videos.on_scrolled(element(1), true), Some(camera()));
        assert_eq!(wish(&videos), Some(SMALL));
    }

    #[test]
    fn an_element_that_takes_its_size_from_the_picture_does_not_ask_for_that_size() {
        let hd = Dimension { width: 640, height: 360 };
        let mut videos = shown(&[SMALL]);
        let _ = videos.on_resized(element(1), hd, hd, 1.0);
        assert_eq!(wish(&videos), Some(SMALL));
        let _ = videos.on_resized(element(1), LARGE, hd, 1.0);
        assert_eq!(wish(&videos), Some(LARGE), "a size of its own counts");
    }

    #[test]
    fn an_element_as_large_as_its_picture_asks_again_once_it_is_shown_again() {
        let mut videos = shown(&[LARGE]);
        let _ = videos.on_resized(element(1), LARGE, LARGE, 1.0);
        let _ = videos.on_resized(element(1), NOTHING, LARGE, 1.0);
        assert_eq!(wish(&videos), None, "display: none");
        let _ = videos.on_resized(element(1), LARGE, LARGE, 1.0);
        assert_eq!(wish(&videos), Some(LARGE));

        videos.bind(element(1), camera());
        let _ = videos.on_resized(element(1), SMALL, SMALL, 1.0);
        assert_eq!(wish(&videos), Some(SMALL), "one that never asked has no other size");
    }

    #[test]
    fn an_element_that_becomes_as_large_as_its_picture_asks_for_that_size() {
        let mut videos = shown(&[SMALL]);
        let _ = videos.on_resized(element(1), SMALL, LARGE, 1.0);
        let _ = videos.on_resized(element(1), LARGE, LARGE, 1.0);
        assert_eq!(wish(&videos), Some(LARGE));
        let _ = videos.on_resized(element(1), NOTHING, LARGE, 1.0);
        assert_eq!(wish(&videos), None);
        let _ = videos.on_resized(element(1), LARGE, LARGE, 1.0);
        assert_eq!(wish(&videos), Some(LARGE), "shown again");

        // It is hidden before, and shown as large.
        videos.bind(element(1), camera());
        for size in [SMALL, NOTHING, LARGE] {
            let _ = videos.on_resized(element(1), size, LARGE, 1.0);
        }
        assert_eq!(wish(&videos), Some(LARGE));
    }

    #[test]
    fn an_element_that_follows_its_picture_asks_for_no_other_size_when_it_is_hidden_and_shown() {
        let mut videos = shown(&[SMALL]);
        for size in [LARGE, NOTHING, LARGE] {
            let _ = videos.on_resized(element(1), size, LARGE, 1.0);
        }
        assert_eq!(wish(&videos), Some(SMALL));
    }

    #[test]
    fn a_picture_that_shrinks_below_an_element_of_that_size_is_asked_for_anew() {
        let mut videos = shown(&[SMALL]);
        // It grew to the size of a picture that was asked for by another element, which went.
        let _ = videos.on_resized(element(1), LARGE, LARGE, 1.0);
        assert_eq!(wish(&videos), Some(SMALL), "it may have no size of its own");
        let _ = videos.on_resized(element(1), LARGE, SMALL, 1.0);
        assert_eq!(wish(&videos), Some(LARGE), "it has");
    }

    #[test]
    fn sizes_count_in_px_of_the_display_up_to_a_limit() {
        let mut videos = shown(&[SMALL]);
        let density = |density: f64, limit: Option<f64>, videos: &mut VideoSizes| {
            let _ = videos.on_resized(element(1), SMALL, NOTHING, density);
            let settings = IncomingVideo { max_density: limit, ..IncomingVideo::default() };
            let size = videos.wish(&settings, &camera(), Visibility::Unknown).unwrap();
            (size.width, size.height)
        };
        assert_eq!(density(2.0, None, &mut videos), (200, 100));
        assert_eq!(density(1.25, None, &mut videos), (125, 63));
        assert_eq!(density(3.0, Some(2.0), &mut videos), (200, 100));
        assert_eq!(density(1.0, Some(2.0), &mut videos), (100, 50), "it is a limit");
        assert_eq!(density(2.0, Some(0.5), &mut videos), (50, 25));
        assert_eq!(density(0.001, None, &mut videos), (1, 1));

        // What takes its size from the picture does not grow with it.
        assert_eq!(density(2.0, None, &mut videos), (200, 100));
        let picture = Dimension { width: 200, height: 100 };
        let _ = videos.on_resized(element(1), picture, picture, 2.0);
        assert_eq!(wish(&videos), Some(picture));
        // The largest on its display decides.
        videos.bind(element(2), camera());
        let css = Dimension { width: 150, height: 75 };
        let _ = videos.on_resized(element(2), css, NOTHING, 1.0);
        assert_eq!(wish(&videos), Some(picture));
    }
}
