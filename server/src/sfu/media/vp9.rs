//! The payload descriptor of VP9 (RFC 9628), as far as forwarding has to know.

use super::{bits::Bits, place::Place};
use crate::sfu::ids::Size;

/// What a packet says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Descriptor {
    pub place: Place,
    /// The first packet of a picture that needs no other.
    pub is_keyframe: bool,
    /// Sizes of the layers in space, the smallest first, if it tells them. They come with key
    /// pictures.
    pub sizes: Vec<Size>,
}

impl Descriptor {
    /// Reads the descriptor in front of a payload; `None` for one that breaks off.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let mut bits = Bits::new(payload);
        let has_picture_id = bits.flag()?;
        let is_predicted = bits.flag()?;
        let has_layers = bits.flag()?;
        let is_flexible = bits.flag()?;
        let begins = bits.flag()?;
        let ends = bits.flag()?;
        let has_structure = bits.flag()?;
        bits.skip(NO_REFERENCE_FOR_UPPER_LAYERS)?;
        if has_picture_id {
            let is_long = bits.flag()?;
            bits.skip(if is_long { 15 } else { 7 })?;
        }
        let mut spatial = 0;
        if has_layers {
            bits.skip(LAYER_IN_TIME)?;
            spatial = u8::try_from(bits.take(3)?).ok()?;
            bits.skip(DEPENDS_ON_LOWER_LAYER)?;
            if !is_flexible {
                bits.skip(NUMBER_IN_LOWEST_LAYER_IN_TIME)?;
            }
        }
        if is_flexible && is_predicted {
            for count in 1.. {
                bits.skip(REFERENCE)?;
                let goes_on = bits.flag()?;
                if !goes_on {
                    break;
                }
                if count == MOST_REFERENCES {
                    return None;
                }
            }
        }
        let sizes = if has_structure { structure(&mut bits)? } else { Vec::new() };
        let place = Place { spatial, begins, ends };
        Some(Self { place, is_keyframe: !is_predicted && begins && spatial == 0, sizes })
    }
}

/// The scalability structure. Returns the sizes in it, if there are any.
fn structure(bits: &mut Bits<'_>) -> Option<Vec<Size>> {
    let layers = bits.take(3)? + 1;
    let has_sizes = bits.flag()?;
    let has_pictures = bits.flag()?;
    bits.skip(RESERVED)?;
    let sizes = if has_sizes {
        let size = |_| Some(Size { width: bits.take(16)?, height: bits.take(16)? });
        (0..layers).map(size).collect::<Option<_>>()?
    } else {
        Vec::new()
    };
    if has_pictures {
        for _ in 0..bits.take(8)? {
            bits.skip(LAYER_IN_TIME)?;
            let references = bits.take(2)?;
            bits.skip(2)?;
            for _ in 0..references {
                bits.skip(8)?;
            }
        }
    }
    Some(sizes)
}

const MOST_REFERENCES: u32 = 3;
// Fields that are passed over, in bits.
const NO_REFERENCE_FOR_UPPER_LAYERS: usize = 1;
/// With the flag that says whether it can be entered here.
const LAYER_IN_TIME: usize = 4;
const DEPENDS_ON_LOWER_LAYER: usize = 1;
const NUMBER_IN_LOWEST_LAYER_IN_TIME: usize = 8;
const REFERENCE: usize = 7;
const RESERVED: usize = 3;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(payload: &[u8]) -> Option<(u8, bool, bool)> {
        let place = Descriptor::parse(payload)?.place;
        Some((place.spatial, place.begins, place.ends))
    }

    fn is_keyframe(payload: &[u8]) -> bool {
        Descriptor::parse(payload).unwrap().is_keyframe
    }

    #[test]
    fn the_layer_is_found_behind_picture_ids_of_both_lengths() {
        assert_eq!(place(&[0x0c]), Some((0, true, true)), "without layers");
        assert_eq!(place(&[0xa8, 0x01, 0x03, 0]), Some((1, true, false)));
        assert_eq!(place(&[0xa4, 0x81, 0xff, 0xf5, 0]), Some((2, false, true)));
        assert_eq!(place(&[0xb8, 0x01, 0x05]), Some((2, true, false)), "flexible, not predicted");
        assert_eq!(place(&[0xf8, 0x01, 0x04, 0x03, 0x05, 0x06]), Some((2, true, false)));
    }

    #[test]
    fn keyframes_begin_in_the_lowest_layer() {
        assert!(is_keyframe(&[0x08]));
        assert!(is_keyframe(&[0xa8, 0x81, 0x02, 0x01, 0]));
        assert!(!is_keyframe(&[0xa8, 0x01, 0x03, 0]), "second layer");
        assert!(!is_keyframe(&[0xe8, 0x01, 0x01, 0]), "predicted");
        assert!(!is_keyframe(&[0xa0, 0x01, 0x01, 0]), "a later packet");
    }

    /// Begins a key picture of three layers, with their sizes and a group of two pictures.
    const KEY_PICTURE: [u8; 23] = [
        0xaa, 0x81, 0x02, 0x00, 0x00, 0x58, 0x01, 0x40, 0x00, 0xb4, 0x02, 0x80, 0x01, 0x68, 0x05,
        0x00, 0x02, 0xd0, 0x02, 0x04, 0x01, 0x50, 0x10,
    ];

    #[test]
    fn sizes_come_with_the_scalability_structure() {
        let size = |width, height| Size { width, height };
        let sizes = Descriptor::parse(&KEY_PICTURE).unwrap().sizes;
        assert_eq!(sizes, [size(320, 180), size(640, 360), size(1280, 720)]);
        let unsized_layers = Descriptor::parse(&[0x0a, 0x40]).unwrap();
        assert_eq!(unsized_layers.sizes, []);
    }

    #[test]
    fn what_breaks_off_is_not_read() {
        for end in 0..KEY_PICTURE.len() - 1 {
            assert_eq!(Descriptor::parse(&KEY_PICTURE[..end]), None, "{end}");
        }
        assert_eq!(Descriptor::parse(&[0x50, 0x03, 0x03, 0x03, 0x02]), None, "four references");
    }

    proptest! {
        #[test]
        fn anything_can_come(payload in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Some(descriptor) = Descriptor::parse(&payload) {
                prop_assert!(descriptor.place.spatial < 8);
                prop_assert!(descriptor.sizes.len() <= 8);
            }
        }
    }
}
