//! A short film that a browser can show, sent again and again.

use std::sync::LazyLock;

/// VP8 pictures; the first needs no other.
pub struct Clip {
    pictures: Vec<&'static [u8]>,
}

impl Clip {
    /// The film that comes with the server: 320×180, 15 pictures a second.
    pub fn built_in() -> &'static Self {
        static CLIP: LazyLock<Clip> = LazyLock::new(|| Clip::read(include_bytes!("clip.ivf")));
        &CLIP
    }

    /// Reads an IVF file as far as it is one.
    fn read(file: &'static [u8]) -> Self {
        let mut rest = file.get(FILE_HEADER..).unwrap_or_default();
        let mut pictures = Vec::new();
        while let Some((header, after)) = rest.split_at_checked(PICTURE_HEADER)
            && let Some(length) = header.first_chunk().map(|size| u32::from_le_bytes(*size))
            && let Ok(length) = usize::try_from(length)
            && let Some((picture, next)) = after.split_at_checked(length)
        {
            pictures.push(picture);
            rest = next;
        }
        Self { pictures }
    }

    /// A picture by its number, and then from the beginning again.
    pub fn picture(&self, number: usize) -> &'static [u8] {
        let index = number.checked_rem(self.pictures.len());
        index.and_then(|index| self.pictures.get(index)).copied().unwrap_or_default()
    }
}

/// Bytes.
const FILE_HEADER: usize = 32;
const PICTURE_HEADER: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_film_begins_with_a_whole_picture_and_goes_on_with_changes() {
        let clip = Clip::built_in();
        assert!(clip.pictures.len() >= 15);
        assert_eq!(clip.picture(0)[0] & 1, 0, "a key picture");
        assert!(clip.pictures[1..].iter().all(|picture| picture[0] & 1 == 1));
        assert_eq!(clip.picture(clip.pictures.len()), clip.picture(0));
    }
}
