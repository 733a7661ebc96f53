//! Which simulcast layer a subscriber should get.

use str0m::media::Rid;

use crate::sfu::ids::Size;

/// Names a layer of a track; `None` is the only layer of a track without simulcast.
pub type LayerId = Option<Rid>;

/// A layer that arrives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArrivingLayer {
    pub id: LayerId,
    /// As announced; unknown for a layer that was not announced.
    pub size: Option<Size>,
}

/// The smallest layer that covers the wished size, else the largest; any size when none is wished.
///
/// Layers are ranked by their size only: names say nothing, because clients rename what is left
/// after leaving layers out. Only layers that arrive are candidates, since an encoder may never
/// start the large ones.
pub fn choose(arriving: &[ArrivingLayer], wished: Option<Size>) -> Option<LayerId> {
    let covers = |layer: &&ArrivingLayer| match (layer.size, wished) {
        (Some(size), Some(wished)) => size.width >= wished.width && size.height >= wished.height,
        _ => false,
    };
    let smallest_covering = arriving.iter().filter(covers).min_by_key(|l| area(l));
    let chosen = smallest_covering.or_else(|| arriving.iter().max_by_key(|layer| area(layer)));
    chosen.map(|layer| layer.id)
}

fn area(layer: &ArrivingLayer) -> u64 {
    layer.size.map_or(0, |size| u64::from(size.width) * u64::from(size.height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(rid: &str, width: u32, height: u32) -> ArrivingLayer {
        ArrivingLayer { id: Some(Rid::from(rid)), size: Some(Size { width, height }) }
    }

    fn ladder() -> [ArrivingLayer; 3] {
        [layer("q", 320, 180), layer("h", 640, 360), layer("f", 1280, 720)]
    }

    fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    #[test]
    fn the_smallest_layer_that_covers_the_wish_is_chosen() {
        assert_eq!(choose(&ladder(), Some(size(300, 169))), Some(Some("q".into())));
        assert_eq!(choose(&ladder(), Some(size(320, 180))), Some(Some("q".into())));
        assert_eq!(choose(&ladder(), Some(size(321, 180))), Some(Some("h".into())));
        assert_eq!(choose(&ladder(), Some(size(300, 400))), Some(Some("f".into())));
    }

    #[test]
    fn a_wish_beyond_the_largest_layer_gets_the_largest() {
        assert_eq!(choose(&ladder(), Some(size(1920, 1080))), Some(Some("f".into())));
        assert_eq!(choose(&ladder(), None), Some(Some("f".into())));
    }

    #[test]
    fn only_arriving_layers_count_whatever_their_names() {
        assert_eq!(choose(&ladder()[..1], Some(size(1280, 720))), Some(Some("q".into())));
        let renamed = [layer("q", 640, 360), layer("h", 320, 180)];
        assert_eq!(choose(&renamed, Some(size(100, 100))), Some(Some("h".into())));
        assert_eq!(choose(&[], Some(size(100, 100))), None);
    }

    #[test]
    fn a_single_layer_of_unknown_size_is_taken() {
        let single = [ArrivingLayer { id: None, size: None }];
        assert_eq!(choose(&single, Some(size(640, 360))), Some(None));
    }
}
