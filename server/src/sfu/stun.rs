//! STUN: for whom a connectivity check is, the answer to those that are for nobody, and checks of our
//! own.

use std::net::{IpAddr, SocketAddr};

use aws_lc_rs::hmac;

/// Tells a request and its answer from others. Nobody can guess it.
pub type Transaction = [u8; 12];

/// Whether a datagram is STUN and not media, DTLS or anything else (RFC 7983).
pub fn is_stun(datagram: &[u8]) -> bool {
    datagram.first().is_some_and(|first| *first <= 3)
}

/// The name of the peer connection that a STUN binding request is addressed to: its ICE user name
/// fragment (RFC 8445). `None` for anything else.
pub fn addressee(datagram: &[u8]) -> Option<&str> {
    let header = datagram.get(..HEADER)?;
    if header.get(..2) != Some(&BINDING_REQUEST) || header.get(4..8) != Some(&MAGIC_COOKIE) {
        return None;
    }
    let (_, username) = attribute(datagram, USERNAME)?;
    let (addressee, _) = std::str::from_utf8(username).ok()?.split_once(':')?;
    Some(addressee)
}

/// Where in a message an attribute begins, and its value.
fn attribute(datagram: &[u8], wanted: [u8; 2]) -> Option<(usize, &[u8])> {
    let mut at = HEADER;
    while let [kind_high, kind_low, high, low, value @ ..] = datagram.get(at..)? {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if [*kind_high, *kind_low] == wanted {
            return Some((at, value.get(..length)?));
        }
        at += 4 + length.next_multiple_of(4);
    }
    None
}

/// A connectivity check to a client's peer connection `theirs` from ours, signed with the client's
/// password (RFC 8445). It is hardly longer than the check of a client.
pub fn check(transaction: Transaction, theirs: &str, ours: &str, password: &str) -> Vec<u8> {
    let username = format!("{theirs}:{ours}");
    let mut message = [&BINDING_REQUEST[..], &[0, 0], &MAGIC_COOKIE, &transaction].concat();
    let mut add = |kind: [u8; 2], value: &[u8]| {
        let length = u16::try_from(value.len()).unwrap_or(0).to_be_bytes();
        message.extend([&kind[..], &length, value].concat());
        message.resize(message.len().next_multiple_of(4), 0);
    };
    add(USERNAME, username.as_bytes());
    add(PRIORITY, &HOST_PRIORITY);
    add(ICE_CONTROLLED, &[0; 8]);
    sign(message, password)
}

/// Whether a check says that its sender chose the way by which it comes.
pub fn nominates(check: &[u8]) -> bool {
    attribute(check, USE_CANDIDATE).is_some()
}

/// The same check, and that its sender chose the way by which it comes. `None` for one whose sender does
/// not know the password.
pub fn nominating(check: &[u8], password: &str) -> Option<Vec<u8>> {
    if !is_signed(check, password) {
        return None;
    }
    let (signature, _) = attribute(check, MESSAGE_INTEGRITY)?;
    let message = [check.get(..signature)?, &USE_CANDIDATE, &[0, 0]].concat();
    Some(sign(message, password))
}

/// The same check without that. `None` for one that does not say it.
#[cfg(test)]
pub fn undecided(check: &[u8], password: &str) -> Option<Vec<u8>> {
    let (choice, _) = attribute(check, USE_CANDIDATE)?;
    let (signature, _) = attribute(check, MESSAGE_INTEGRITY)?;
    let (before, after) = check.get(..signature)?.split_at_checked(choice)?;
    Some(sign([before, after.get(4..)?].concat(), password))
}

/// A message as it is sent, of header and attributes.
fn sign(mut message: Vec<u8>, password: &str) -> Vec<u8> {
    set_length(&mut message, SIGNATURE + 4);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    let signature = hmac::sign(&key, &message);
    message.extend([&MESSAGE_INTEGRITY[..], &[0, 20], signature.as_ref()].concat());
    set_length(&mut message, 8);
    let sum = (crc32(&message) ^ FINGERPRINT_MASK).to_be_bytes();
    message.extend([&FINGERPRINT[..], &[0, 4], &sum].concat());
    message
}

/// The transaction of an answer to a binding request, of one that tells of an error, too: whoever
/// sent it has heard the request.
pub fn answered(datagram: &[u8]) -> Option<Transaction> {
    let header = datagram.get(..HEADER)?;
    let is_answer = matches!(header.get(..2)?, [1, 1 | 0x11]);
    if !is_answer || header.get(4..8) != Some(&MAGIC_COOKIE) {
        return None;
    }
    header.get(8..)?.try_into().ok()
}

/// Whether whoever sent the message knows the password.
pub fn is_signed(datagram: &[u8], password: &str) -> bool {
    let Some((at, signature)) = attribute(datagram, MESSAGE_INTEGRITY) else {
        return false;
    };
    let Some((signed, length)) = datagram.get(..at).zip(u16::try_from(at + 4).ok()) else {
        return false;
    };
    let (Some(kind), Some(rest)) = (signed.get(..2), signed.get(4..)) else {
        return false;
    };
    let message = [kind, &length.to_be_bytes(), rest].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
    hmac::verify(&key, &message, signature).is_ok()
}

/// Has the header say that so many bytes are still to come.
fn set_length(message: &mut [u8], to_come: usize) {
    let length = u16::try_from(message.len() + to_come - HEADER).unwrap_or(0);
    if let Some(place) = message.get_mut(2..4) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}

/// As Ethernet has it (RFC 8489, 14.7). Messages are short.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
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
const MESSAGE_INTEGRITY: [u8; 2] = [0, 8];
const PRIORITY: [u8; 2] = [0, 0x24];
const USE_CANDIDATE: [u8; 2] = [0, 0x25];
const FINGERPRINT: [u8; 2] = [0x80, 0x28];
const ICE_CONTROLLED: [u8; 2] = [0x80, 0x29];
/// Bytes of an attribute of 20 bytes, without the four before it that count already.
const SIGNATURE: usize = 20;
/// Of a host candidate, the only kind there is here.
const HOST_PRIORITY: [u8; 4] = [126, 255, 255, 255];
const FINGERPRINT_MASK: u32 = 0x5354_554e;

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
    fn a_check_is_what_ice_agents_take() {
        let transaction = [7; 12];
        let check = check(transaction, "them", "ours", "their password");
        assert_eq!(addressee(&check), Some("them"));
        let message = str0m::ice::StunMessage::parse(&check).expect("length and fingerprint fit");
        assert!(message.is_binding_request() && !message.use_candidate());
        assert_eq!(message.split_username(), Some(("them", "ours")));
        assert!(message.verify(b"their password", hmac_sha1));
        assert!(check.len() <= 100, "{}", check.len());
        assert!(is_signed(&check, "their password") && !is_signed(&check, "another"));
        assert!(!is_signed(&check[..50], "their password"));
    }

    #[test]
    fn only_who_knows_the_password_can_choose() {
        let plain = check([7; 12], "ours", "them", "our password");
        assert!(!nominates(&plain));
        assert_eq!(nominating(&plain, "another"), None);
        let choice = nominating(&plain, "our password").unwrap();
        assert!(nominates(&choice));
        let message = str0m::ice::StunMessage::parse(&choice).expect("length and fingerprint fit");
        assert!(message.use_candidate() && message.verify(b"our password", hmac_sha1));
        assert_eq!(message.split_username(), Some(("ours", "them")));
        assert_eq!(choice[8..20], [7; 12]);
        assert_eq!(undecided(&choice, "our password"), Some(plain));
    }

    #[test]
    fn an_answer_is_known_by_its_transaction() {
        let asked = str0m::ice::TransId::new();
        let reply = str0m::ice::StunMessage::binding_reply(asked, "192.0.2.1:1".parse().unwrap());
        let mut datagram = [0; 200];
        let length = reply.to_bytes(Some(b"password"), &mut datagram, hmac_sha1).unwrap();
        let datagram = &datagram[..length];
        assert_eq!(answered(datagram).as_ref().map(<[u8; 12]>::as_slice), Some(&datagram[8..20]));
        assert!(is_signed(datagram, "password"));
        assert_eq!(answered(&request(&[])), None);
        for end in 0..HEADER {
            assert_eq!(answered(&datagram[..end]), None, "cut at {end}");
        }
    }

    #[test]
    fn the_sum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    fn hmac_sha1(key: &[u8], parts: &[&[u8]]) -> [u8; 20] {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
        hmac::sign(&key, &parts.concat()).as_ref().try_into().unwrap()
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
        assert!(!is_stun(&[0x80; 100]) && !is_stun(&[20]) && !is_stun(&[]));
        assert!(is_stun(&response) && is_stun(&request(&[])));
    }
}
