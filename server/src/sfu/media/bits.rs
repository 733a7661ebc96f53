//! Reads fields that are not whole bytes.

/// Bits of a packet, the highest of each byte first.
pub struct Bits<'a> {
    bytes: &'a [u8],
    /// In bits.
    at: usize,
}

impl<'a> Bits<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next bit; `None` behind the end.
    pub fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// The next bits, 32 at most, as a number.
    pub fn take(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |number: u32, _| Some(number << 1 | u32::from(self.flag()?)))
    }

    /// Passes over bits.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= 8 * self.bytes.len())?;
        Some(())
    }

    /// A number below `limit` in as few bits as it takes: `ns(n)` of the AV1 specification.
    pub fn below(&mut self, limit: u32) -> Option<u32> {
        let width = u32::BITS - limit.leading_zeros();
        let short = (1u32.checked_shl(width)?).checked_sub(limit)?;
        let number = self.take(width.checked_sub(1)?)?;
        if number < short {
            return Some(number);
        }
        Some((number << 1) + u32::from(self.flag()?) - short)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_across_bytes() {
        let mut bits = Bits::new(&[0b1010_0000, 0b1100_0001]);
        assert_eq!(bits.flag(), Some(true));
        assert_eq!(bits.take(8), Some(0b0100_0001));
        assert_eq!(bits.take(0), Some(0));
        assert_eq!(bits.take(7), Some(0b100_0001));
        assert_eq!(bits.flag(), None);
        assert_eq!(bits.take(1), None);
    }

    #[test]
    fn bits_are_passed_over_up_to_the_end() {
        let mut bits = Bits::new(&[0b0000_0010, 0]);
        assert_eq!(bits.skip(6), Some(()));
        assert_eq!(bits.flag(), Some(true));
        assert_eq!(bits.skip(10), None);
        assert_eq!(bits.skip(9), Some(()));
        assert_eq!(bits.skip(usize::MAX), None);
    }

    #[test]
    fn numbers_below_a_limit_take_as_few_bits_as_possible() {
        // Of five: 0, 1 and 2 take two bits, 3 and 4 three.
        let mut bits = Bits::new(&[0b0001_1011, 0b0111_0000]);
        let numbers: Vec<_> = (0..5).map(|_| bits.below(5).unwrap()).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
        assert_eq!(Bits::new(&[]).below(1), Some(0), "there is no choice");
        assert_eq!(Bits::new(&[0xff]).below(0), None, "nothing is below zero");
    }

    proptest! {
        #[test]
        fn a_number_below_a_limit_is(bytes: [u8; 5], limit: u32) {
            let number = Bits::new(&bytes).below(limit);
            prop_assert!(number.is_none_or(|number| number < limit));
        }
    }
}
