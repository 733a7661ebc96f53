//! Which captions are shown, and for how long.

use serde_json::{Value, json};

use super::host::Host;
use crate::core::{CallCommand, CallKey, Duration};

#[test]
fn the_newest_two_are_shown_each_once_and_for_its_time() {
    let (mut host, call) = Host::joined();
    say(&mut host, 1);
    say(&mut host, 1);
    assert_eq!(shown(&host, call), "1");
    host.run_for(1_000);
    say(&mut host, 2);
    say(&mut host, 3);
    assert_eq!(shown(&host, call), "2,3");
    host.run_for(2_699);
    assert_eq!(shown(&host, call), "2,3");
    host.run_for(1);
    assert_eq!(shown(&host, call), "");
    say(&mut host, 3);
    assert_eq!(shown(&host, call), "3", "one that is gone may come again");
}

#[test]
fn the_app_says_how_many_are_shown_and_how_long() {
    let (mut host, call) = Host::joined();
    say(&mut host, 1);
    say(&mut host, 2);
    set(&mut host, call, None, Some(1));
    assert_eq!(shown(&host, call), "2");
    set(&mut host, call, Some(10), None);
    say(&mut host, 3);
    assert_eq!(shown(&host, call), "3", "the limit stays");
    host.run_for(10);
    assert_eq!(shown(&host, call), "");
    set(&mut host, call, None, Some(0));
    say(&mut host, 4);
    assert_eq!(shown(&host, call), "");
}

#[test]
fn one_that_is_put_aside_by_newer_ones_takes_its_time_with_it() {
    let (mut host, call) = Host::joined();
    say(&mut host, 1);
    host.run_for(2_000);
    say(&mut host, 2);
    say(&mut host, 3);
    host.run_for(700);
    assert_eq!(shown(&host, call), "2,3");
}

#[test]
fn a_call_that_was_left_shows_none() {
    let (mut host, call) = Host::joined();
    say(&mut host, 1);
    host.leave(call);
    assert_eq!(shown(&host, call), "");
}

#[test]
fn a_caption_is_the_same_whichever_way_its_time_is_written() {
    let (mut host, call) = Host::joined();
    let starts = [
        json!("2025-08-14T14:48:39.988853336Z"),
        json!(1_755_182_919_988_853_336_u64),
        json!("2025-08-14T14:48:39.988Z"),
    ];
    for start in starts {
        say_at(&mut host, &start, "1");
    }
    assert_eq!(shown(&host, call), "1");
    say_at(&mut host, &json!(1_755_182_919_989_853_336_u64), "2");
    assert_eq!(shown(&host, call), "1,2", "another number is another caption");
    say_at(&mut host, &json!("some day"), "3");
    say_at(&mut host, &json!(null), "4");
    assert_eq!(shown(&host, call), "3,4", "without a time none is taken for another");
}

/// What somebody began to say in that second.
fn say(host: &mut Host, number: u32) {
    let start = json!(format!("2030-01-01T10:00:{number:02}Z"));
    say_at(host, &start, &number.to_string());
}

fn say_at(host: &mut Host, start: &Value, text: &str) {
    let caption = json!({ "speaker_id": "bob", "start_time": start, "text": text });
    host.coordinator(json!({
        "type": "call.closed_caption",
        "call_cid": "default:demo",
        "closed_caption": caption,
    }));
}

fn set(host: &mut Host, call: CallKey, ms: Option<u64>, limit: Option<usize>) {
    let visible_for = ms.map(Duration::from_millis);
    host.tell(call, CallCommand::SetCaptions { visible_for, limit });
}

fn shown(host: &Host, call: CallKey) -> String {
    let captions = host.state(call).closed_captions.iter();
    captions.map(|caption| caption["text"].as_str().unwrap()).collect::<Vec<_>>().join(",")
}
