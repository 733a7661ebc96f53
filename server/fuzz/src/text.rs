//! Changes to bytes, and to text of lines.

use crate::Dice;

/// The bytes with a few of them changed. They need not be UTF-8 any more.
pub fn bytes(dice: &mut Dice, original: &[u8]) -> Vec<u8> {
    let mut changed = original.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(changed.len() + 1);
        match dice.below(6) {
            0 => changed.truncate(at),
            1 => changed.insert(at, *dice.pick(b"{}[]\",:\\\0\xff\xc0 e-0\x08\x0a\x12\x7f\x80")),
            2 => {
                let end = (at + dice.below(20)).min(changed.len());
                let copy = changed[at..end].to_vec();
                changed.splice(at..at, copy);
            }
            3 => {
                let end = (at + dice.below(8)).min(changed.len());
                changed.drain(at..end);
            }
            _ if at < changed.len() => changed[at] ^= 1 << dice.below(8),
            _ => {}
        }
    }
    changed
}

/// The text with a few of its lines changed, such as those of a session description.
pub fn lines(dice: &mut Dice, original: &str) -> String {
    let mut lines: Vec<String> = original.lines().map(str::to_owned).collect();
    for _ in 0..=dice.below(4) {
        if lines.is_empty() {
            break;
        }
        let at = dice.below(lines.len());
        match dice.below(8) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => {
                let other = dice.below(lines.len());
                lines.swap(at, other);
            }
            3 => lines.truncate(at),
            4 => (*dice.pick(&LINES)).clone_into(&mut lines[at]),
            5 => {
                let copies = vec![lines[at].clone(); dice.below(200)];
                lines.splice(at..at, copies);
            }
            6 => number(dice, &mut lines[at]),
            _ => {
                lines[at] =
                    String::from_utf8_lossy(&bytes(dice, lines[at].as_bytes())).into_owned();
            }
        }
    }
    let end = *dice.pick(&["\r\n", "\r\n", "\r\n", "\n"]);
    lines.join(end) + *dice.pick(&["\r\n", "\r\n", ""])
}

/// Overwrites a number.
fn number(dice: &mut Dice, line: &mut String) {
    let digit = |c: char| c.is_ascii_digit();
    let starts: Vec<_> = line.match_indices(digit).map(|(at, _)| at).collect();
    if starts.is_empty() {
        return;
    }
    let start = *dice.pick(&starts);
    let rest = line[start..].trim_start_matches(digit).to_owned();
    line.truncate(start);
    let number = *dice.pick(&NUMBERS);
    line.push_str(number);
    line.push_str(&rest);
}

const NUMBERS: [&str; 12] = [
    "0",
    "1",
    "-1",
    "127",
    "128",
    "255",
    "256",
    "65535",
    "65536",
    "4294967296",
    "9999999999999999999999",
    "",
];

/// Of session descriptions.
const LINES: [&str; 28] = [
    "",
    "a=mid:",
    "a=mid:0",
    "a=mid:\u{e9}\u{20ac}\u{1f600}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "m=video 0 UDP/TLS/RTP/SAVPF",
    "m=video 9 UDP/TLS/RTP/SAVPF 0 8 9 13 96 127",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "m=text 9 UDP/TLS/RTP/SAVPF 96",
    "a=rid:q send\0",
    "a=rid:\u{e9}\u{e9}\u{e9}\u{e9}\u{e9} send",
    "a=rid:q send pt=96,97;max-width=1",
    "a=simulcast:send ;;;~",
    "a=simulcast:send q;h;f;q;h;f recv a;~b,c",
    "a=group:BUNDLE x x x",
    "a=group:BUNDLE 0 0",
    "a=group:LS 0",
    "a=fingerprint:sha-256 00",
    "a=fingerprint:sha-512 00:11",
    "a=setup:passive",
    "a=ice-lite",
    "a=sendrecv",
    "a=inactive",
    "a=ssrc-group:FID 1 1",
    "a=ssrc:1 cname:x",
    "a=extmap:0 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:15/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "a=rtpmap:96 H264/0",
];
