//! What the dependency descriptor of AV1 says about the layer of a packet (AV1 RTP specification,
//! appendix A).

use super::{bits::Bits, place::Place};
use crate::sfu::ids::Size;

/// The kinds of frames in a stream, as its last keyframe described them. Other frames only name
/// theirs.
#[derive(Debug, Default, PartialEq)]
pub struct Templates {
    /// The id of the first one; ids wrap around.
    first: u32,
    /// The layer in space of each.
    layers: Vec<u8>,
    /// Sizes of the layers in space, the smallest first; empty if not known.
    pub sizes: Vec<Size>,
}

impl Templates {
    /// Reads a descriptor, and learns the templates that come with it. `None` for one that cannot
    /// be understood.
    pub fn place(&mut self, descriptor: &[u8]) -> Option<Place> {
        let mut bits = Bits::new(descriptor);
        let begins = bits.flag()?;
        let ends = bits.flag()?;
        let template = bits.take(6)?;
        bits.skip(FRAME_NUMBER)?;
        if descriptor.len() > SHORT {
            let has_templates = bits.flag()?;
            bits.skip(DIFFERENCES_FROM_TEMPLATE)?;
            if has_templates {
                *self = Self::parse(&mut bits)?;
            }
        }
        let index = template.wrapping_sub(self.first) % IDS;
        let spatial = *self.layers.get(usize::try_from(index).ok()?)?;
        Some(Place { spatial, begins, ends })
    }

    fn parse(bits: &mut Bits<'_>) -> Option<Self> {
        let first = bits.take(6)?;
        let targets = bits.take(5)? + 1;
        let layers = layers(bits)?;
        for _ in &layers {
            for _ in 0..targets {
                bits.skip(USE_FOR_DECODE_TARGET)?;
            }
        }
        for _ in &layers {
            while bits.flag()? {
                bits.skip(REFERENCE)?;
            }
        }
        let chains = bits.below(targets + 1)?;
        if chains > 0 {
            for _ in 0..targets {
                bits.below(chains)?;
            }
            for _ in 0..chains {
                for _ in &layers {
                    bits.skip(REFERENCE)?;
                }
            }
        }
        let has_sizes = bits.flag()?;
        let highest = layers.last().copied().filter(|_| has_sizes);
        let size = |_| Some(Size { width: bits.take(16)? + 1, height: bits.take(16)? + 1 });
        let sizes = highest.map(|highest| (0..=highest).map(size).collect::<Option<_>>());
        let sizes = sizes.unwrap_or_else(|| Some(Vec::new()))?;
        Some(Self { first, layers, sizes })
    }
}

/// The layer in space of each template.
fn layers(bits: &mut Bits<'_>) -> Option<Vec<u8>> {
    let mut layers = Vec::new();
    let mut spatial = 0;
    for _ in 0..IDS {
        layers.push(spatial);
        match bits.take(2)? {
            SAME_LAYER | NEXT_IN_TIME => {}
            NEXT_IN_SPACE if spatial < HIGHEST => spatial += 1,
            NEXT_IN_SPACE => return None,
            _ => return Some(layers),
        }
    }
    None
}

// Fields that are passed over, in bits.
const FRAME_NUMBER: usize = 16;
/// Flags, with the one of active decode targets.
const DIFFERENCES_FROM_TEMPLATE: usize = 4;
const USE_FOR_DECODE_TARGET: usize = 2;
const REFERENCE: usize = 4;
/// Bytes of a descriptor that has only what all have.
const SHORT: usize = 3;
/// How many ids of templates there are.
const IDS: u32 = 64;
const SAME_LAYER: u32 = 0;
const NEXT_IN_TIME: u32 = 1;
const NEXT_IN_SPACE: u32 = 2;
/// The highest layer in space that AV1 has.
const HIGHEST: u8 = 3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Of a keyframe of three layers in space and two in time: the first packet, template 60.
    const KEYFRAME: [u8; 56] = [
        0xbc, 0x00, 0x07, 0xc7, 0x85, 0x18, 0x61, 0xea, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
        0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xa9, 0x14, 0xa4, 0x51, 0x5a, 0x97, 0x63, 0x08, 0x57, 0x80,
        0x90, 0x09, 0x00, 0x90, 0x09, 0x00, 0x90, 0x09, 0x00, 0x90, 0x09, 0x00, 0x94, 0x04, 0xfc,
        0x02, 0xcc, 0x09, 0xfc, 0x05, 0x9c, 0x13, 0xfc, 0x0b, 0x3f, 0xf0,
    ];

    fn learned() -> Templates {
        let mut templates = Templates::default();
        assert!(templates.place(&KEYFRAME).is_some());
        templates
    }

    #[test]
    fn a_keyframe_brings_templates_and_sizes() {
        let mut templates = Templates::default();
        let place = templates.place(&KEYFRAME);
        assert_eq!(place, Some(Place { spatial: 0, begins: true, ends: false }));
        assert_eq!(templates.layers, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
        let size = |width, height| Size { width, height };
        assert_eq!(templates.sizes, [size(320, 180), size(640, 360), size(1280, 720)]);
    }

    #[test]
    fn other_frames_name_a_template() {
        let mut templates = learned();
        let place = |spatial, begins, ends| Some(Place { spatial, begins, ends });
        assert_eq!(templates.place(&[0xbf, 0, 8]), place(1, true, false), "template 63");
        assert_eq!(templates.place(&[0x42, 0, 9]), place(2, false, true), "2: ids wrap around");
        assert_eq!(templates.place(&[0x84, 0, 9]), place(2, true, false), "the last");
        assert_eq!(templates.place(&[0x85, 0, 9]), None, "there is no such");
        assert_eq!(Templates::default().place(&[0xbf, 0, 8]), None, "nothing is known yet");
    }

    #[test]
    fn what_breaks_off_changes_nothing() {
        let mut templates = learned();
        for end in 0..KEYFRAME.len() - 1 {
            let place = templates.place(&KEYFRAME[..end]);
            assert_eq!(place.is_some(), end == 3, "{end}");
        }
        assert_eq!(templates, learned());
    }

    proptest! {
        #[test]
        fn anything_can_come(
            descriptors in proptest::collection::vec(
                proptest::collection::vec(any::<u8>(), 0..80),
                0..4,
            ),
            flips in proptest::collection::vec(0..8 * KEYFRAME.len(), 0..6),
        ) {
            let mut flipped = KEYFRAME;
            for flip in flips {
                flipped[flip / 8] ^= 1 << (flip % 8);
            }
            let mut templates = learned();
            for descriptor in descriptors.iter().map(Vec::as_slice).chain([&flipped[..]]) {
                if let Some(place) = templates.place(descriptor) {
                    prop_assert!(place.spatial <= HIGHEST);
                }
                prop_assert!(templates.sizes.len() <= 4);
            }
        }
    }
}
