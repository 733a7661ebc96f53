//! For whom a connectivity check is.

/// The name of the peer connection that a STUN binding request is addressed to: its ICE user name
/// fragment (RFC 8445). `None` for anything else.
pub fn addressee(datagram: &[u8]) -> Option<&str> {
    let header = datagram.get(..HEADER)?;
    if header.get(..2) != Some(&BINDING_REQUEST) || header.get(4..8) != Some(&MAGIC_COOKIE) {
        return None;
    }
    let mut rest = datagram.get(HEADER..)?;
    while let [kind_high, kind_low, high, low, value @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if [*kind_high, *kind_low] == USERNAME {
            let (addressee, _) = std::str::from_utf8(value.get(..length)?).ok()?.split_once(':')?;
            return Some(addressee);
        }
        rest = value.get(length.next_multiple_of(4)..)?;
    }
    None
}

const HEADER: usize = 20;
const BINDING_REQUEST: [u8; 2] = [0, 1];
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const USERNAME: [u8; 2] = [0, 6];

#[cfg(test)]
mod tests {
    use super::*;

    fn request(attributes: &[u8]) -> Vec<u8> {
        let mut datagram = vec![0, 1, 0, 0];
        datagram.extend(MAGIC_COOKIE);
        datagram.extend([9; 12]);
        datagram.extend(attributes);
        datagram
    }

    #[test]
    fn the_first_half_of_the_user_name_is_the_addressee() {
        let priority = [0, 0x24, 0, 3, 1, 1, 1, 0];
        let username = [&[0, 6, 0, 9][..], b"ours:them\0\0\0"].concat();
        let datagram = request(&[&priority[..], &username].concat());
        assert_eq!(addressee(&datagram), Some("ours"));
        for end in 0..datagram.len() - 3 {
            assert_eq!(addressee(&datagram[..end]), None, "cut at {end}");
        }
    }

    #[test]
    fn other_datagrams_have_no_addressee() {
        assert_eq!(addressee(&request(&[])), None);
        assert_eq!(addressee(&request(b"\0\x06\0\x04ours")), None, "no colon");
        assert_eq!(addressee(&request(b"\0\x06\0\x04\xff\xff:x")), None, "not UTF-8");
        let mut response = request(b"\0\x06\0\x09ours:them\0\0\0");
        response[0] = 1;
        assert_eq!(addressee(&response), None);
        assert_eq!(addressee(&[0x80; 100]), None);
    }
}
