//! Which layer of a video a subscriber should get: a stream of a simulcast, or a part of a stream
//! with layers inside (SVC).

use str0m::media::Rid;

use crate::sfu::ids::Size;

/// Names a stream of a track; `None` is the only stream of a track without simulcast.
pub type StreamId = Option<Rid>;

/// Names a layer of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerId {
    pub stream: StreamId,
    /// The layer inside the stream. It is sent together with those below it, also where it is
    /// decoded without them between keyframes: to go down would take a keyframe otherwise.
    pub spatial: u8,
}

/// A layer that arrives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArrivingLayer {
    pub id: LayerId,
    /// As the stream tells, or else as announced.
    pub size: Option<Size>,
    /// bits/s, with those of the layers on which it builds.
    pub rate: u64,
}

/// The layers that are of use for a wished size, the smallest first. The last one is the one to
/// have: the smallest that covers the size, else the largest; the largest when no size is wished.
///
/// Layers are ranked by their size only: names say nothing, because clients rename what is left
/// after leaving layers out. Only layers that arrive are candidates, since an encoder may never
/// start the large ones.
pub fn ladder(arriving: &[ArrivingLayer], wished: Option<Size>) -> Vec<ArrivingLayer> {
    let mut ladder = arriving.to_vec();
    ladder.sort_by_key(area);
    if let Some(first) = ladder.iter().position(|layer| covers(layer.size, wished)) {
        ladder.truncate(first + 1);
    }
    ladder
}

/// Whether a layer is enough for a wished size.
pub fn covers(size: Option<Size>, wished: Option<Size>) -> bool {
    match (size, wished) {
        (Some(size), Some(wished)) => size.width >= wished.width && size.height >= wished.height,
        _ => false,
    }
}

fn area(layer: &ArrivingLayer) -> u64 {
    layer.size.map_or(0, Size::area)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(rid: Option<&str>) -> LayerId {
        LayerId { stream: rid.map(Rid::from), spatial: 0 }
    }

    fn layer(rid: &str, width: u32, height: u32) -> ArrivingLayer {
        ArrivingLayer { id: id(Some(rid)), size: Some(Size { width, height }), rate: 0 }
    }

    fn three() -> [ArrivingLayer; 3] {
        [layer("q", 320, 180), layer("h", 640, 360), layer("f", 1280, 720)]
    }

    fn choose(arriving: &[ArrivingLayer], wished: Option<Size>) -> Option<LayerId> {
        ladder(arriving, wished).last().map(|layer| layer.id)
    }

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    #[test]
    fn the_smallest_layer_that_covers_the_wish_is_chosen() {
        assert_eq!(choose(&three(), Some(size(300, 169))), Some(id(Some("q"))));
        assert_eq!(choose(&three(), Some(size(320, 180))), Some(id(Some("q"))));
        assert_eq!(choose(&three(), Some(size(321, 180))), Some(id(Some("h"))));
        assert_eq!(choose(&three(), Some(size(300, 400))), Some(id(Some("f"))));
    }

    #[test]
    fn a_wish_beyond_the_largest_layer_gets_the_largest() {
        assert_eq!(choose(&three(), Some(size(1920, 1080))), Some(id(Some("f"))));
        assert_eq!(choose(&three(), None), Some(id(Some("f"))));
    }

    #[test]
    fn only_arriving_layers_count_whatever_their_names() {
        assert_eq!(choose(&three()[..1], Some(size(1280, 720))), Some(id(Some("q"))));
        let renamed = [layer("q", 640, 360), layer("h", 320, 180)];
        assert_eq!(choose(&renamed, Some(size(100, 100))), Some(id(Some("h"))));
        assert_eq!(choose(&[], Some(size(100, 100))), None);
    }

    #[test]
    fn what_is_smaller_than_the_chosen_layer_is_left_to_fall_back_to() {
        let names = |wished| {
            let ladder = ladder(&three(), Some(wished));
            ladder.into_iter().map(|layer| layer.id.stream.unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(size(600, 300)), ["q", "h"]);
        assert_eq!(names(size(9000, 300)), ["q", "h", "f"]);
        assert_eq!(names(size(1, 1)), ["q"]);
    }

    #[test]
    fn a_single_layer_of_unknown_size_is_taken() {
        let single = [ArrivingLayer { id: id(None), size: None, rate: 0 }];
        assert_eq!(choose(&single, Some(size(640, 360))), Some(id(None)));
    }
}
