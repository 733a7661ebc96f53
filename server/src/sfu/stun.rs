//! STUN: for whom a connectivity check is, and the answer to those that are for nobody.

use std::net::{IpAddr, SocketAddr};

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

/// The answer to a binding request that is for no peer connection, but asks from which address it comes
/// (RFC 8489). That is how clients find out whether UDP gets here. `None` for anything else.
///
/// At most 44 bytes, so that hardly anybody gains by asking in the name of others.
pub fn answer(datagram: &[u8], source: SocketAddr) -> Option<Vec<u8>> {
    let (header, attributes) = datagram.split_at_checked(HEADER)?;
    let [0, 1, high, low, identity @ ..] = header else {
        return None;
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let is_complete = length == attributes.len() && identity.starts_with(&MAGIC_COOKIE);
    // A client tells what it is, at most; credentials are for a peer connection.
    if !is_complete || attributes.len() > LONGEST_PLAIN || addressee(datagram).is_some() {
        return None;
    }
    let (family, ip) = match source.ip() {
        IpAddr::V4(ip) => (1, ip.octets().to_vec()),
        IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let value = u8::try_from(4 + ip.len()).ok()?;
    let hide = |bytes: &[u8]| bytes.iter().zip(identity).map(|(a, b)| a ^ b).collect::<Vec<_>>();
    let mut answer = vec![1, 1, 0, 4 + value];
    answer.extend(identity);
    answer.extend([XOR_MAPPED_ADDRESS[0], XOR_MAPPED_ADDRESS[1], 0, value, 0, family]);
    answer.extend(hide(&source.port().to_be_bytes()));
    answer.extend(hide(&ip));
    Some(answer)
}

const HEADER: usize = 20;
/// Bytes of attributes in a request that only asks.
const LONGEST_PLAIN: usize = 128;
const XOR_MAPPED_ADDRESS: [u8; 2] = [0, 0x20];
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
    fn whoever_asks_is_told_where_from() {
        let datagram = request(&[]);
        let answer = answer(&datagram, "192.0.2.1:32853".parse().unwrap()).unwrap();
        assert_eq!(answer[..4], [1, 1, 0, 12]);
        assert_eq!(answer[4..20], datagram[4..20], "the same transaction");
        // RFC 5769, 2.2 with another address.
        assert_eq!(answer[20..28], [0, 0x20, 0, 8, 0, 1, 0xa1, 0x47]);
        assert_eq!(answer[28..], [0xc0 ^ 0x21, 0x12, 0x02 ^ 0xa4, 0x01 ^ 0x42]);

        let answer = super::answer(&datagram, "[2001:db8::1]:1".parse().unwrap()).unwrap();
        assert_eq!((answer.len(), answer[3], answer[23], answer[25]), (44, 24, 20, 2));
        assert_eq!(answer[28..32], [0x20 ^ 0x21, 0x01 ^ 0x12, 0x0d ^ 0xa4, 0xb8 ^ 0x42]);
        assert_eq!(answer[43], 1 ^ 9, "the rest is hidden by the transaction");
    }

    #[test]
    fn what_is_for_a_peer_connection_or_is_no_request_gets_no_answer() {
        let source = "192.0.2.1:1".parse().unwrap();
        let mut check = request(b"\0\x06\0\x09ours:them\0\0\0");
        check[3] = 16;
        assert_eq!(answer(&check, source), None);
        let mut cut = request(&[]);
        cut[3] = 4;
        assert_eq!(answer(&cut, source), None);
        let mut long = request(&[0; 200]);
        long[3] = 200;
        assert_eq!(answer(&long, source), None);
        let mut response = request(&[]);
        response[0] = 1;
        assert_eq!(answer(&response, source), None);
        assert_eq!(answer(&[0x80; 20], source), None);
        assert_eq!(answer(&request(&[])[..19], source), None);
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
