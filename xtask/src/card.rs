//! What the SDK is made of: the crates that its owner named, each used where it belongs, and little
//! JavaScript.
//!
//! Some lists hold what is not there yet. They only get shorter: an entry that is not needed any more
//! is an error, too.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, ensure};

use crate::shell::{command, output, root};

/// The crates through which the browser is used, by their names in code.
const CRATES: [&str; 7] = [
    "wasm_bindgen",
    "web_sys",
    "gloo_net",
    "wasm_bindgen_futures",
    "js_sys",
    "serde",
    "serde_wasm_bindgen",
];

/// Most lines of hand-written JavaScript. It only goes down, to [`GOAL`].
const MOST_JAVASCRIPT: usize = 5_350;
const GOAL: usize = 2_000;

/// What JavaScript must not do, as Rust does it: each with the files that still do.
const NOT_IN_JAVASCRIPT: [(&str, &[&str]); 5] = [
    // The loader has to, as it runs before there is any Rust.
    ("fetch(", &["js/load.js", "js/options.js"]),
    ("new WebSocket", &[]),
    ("RTCPeerConnection(", &[]),
    ("getUserMedia(", &["js/capture.js", "js/devices.js"]),
    ("getDisplayMedia(", &["js/capture.js"]),
];

/// Other ways to do what a crate is named for, with the reason why not.
const NOT_IN_RUST: [(&str, &str); 5] = [
    ("raw_module", "loads nowhere but here; name the file by `module`"),
    ("inline_js", "hides JavaScript from the count; name a file by `module`"),
    ("fetch_with_", "requests are built with gloo-net"),
    ("gloo_net::websocket", "sockets are web-sys's, as gloo-net's cannot close with a code"),
    ("js_sys::eval", "pages may forbid it"),
];

/// Hand-written files whose head does not say yet why they are JavaScript.
const WITHOUT_REASON: [&str; 37] = [
    "js/agent.js",
    "js/audio-watchdog.js",
    "js/autoplay.js",
    "js/call.js",
    "js/camera.js",
    "js/captions.js",
    "js/capture.js",
    "js/client.js",
    "js/device-kinds.js",
    "js/device-list.js",
    "js/device-permissions.js",
    "js/devices.js",
    "js/diagnostics.js",
    "js/elements.js",
    "js/enums.js",
    "js/errors.js",
    "js/events.js",
    "js/input.js",
    "js/microphone.js",
    "js/notes.js",
    "js/observable.js",
    "js/options.js",
    "js/participants.js",
    "js/permissions.js",
    "js/preferences.js",
    "js/publish.js",
    "js/requests.js",
    "js/screen-share.js",
    "js/shell.js",
    "js/sorting.js",
    "js/sound.js",
    "js/speaker.js",
    "js/state.js",
    "js/stats-report.js",
    "js/stats.js",
    "js/subscriptions.js",
    "js/viewport.js",
];

/// Checks all of it.
pub fn check() -> Result<()> {
    let mut bad = Vec::new();
    let rust = files(&["src/*.rs"])?;
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    for name in CRATES {
        let dashed = name.replace('_', "-");
        let is_named = manifest.lines().any(|line| {
            line.starts_with(&format!("{dashed} ")) || line.starts_with(&format!("{dashed}."))
        }) || manifest.contains(&format!(".dependencies.{dashed}]"));
        let is_used = rust.iter().any(|(path, text)| {
            let is_browsers = ["src/web", "src/js", "src/api"].iter().any(|f| path.starts_with(f));
            is_browsers && text.contains(&format!("{name}::"))
        });
        if !(is_named && is_used) {
            bad.push(format!("the crate {dashed} is not used in src/web or src/api"));
        }
    }
    for (path, text) in &rust {
        for (way, reason) in NOT_IN_RUST {
            if text.contains(way) {
                bad.push(format!("{path} has {way}: {reason}"));
            }
        }
    }

    let scripts = files(&["js/*.js"])?;
    let mut lines = 0;
    let mut calls = BTreeSet::new();
    let mut silent = BTreeSet::new();
    for (path, text) in &scripts {
        let is_generated = text.starts_with("// Generated from ");
        if !is_generated {
            lines += text.lines().count();
            if !has_reason(text) {
                silent.insert(path.as_str());
            }
        }
        let found = NOT_IN_JAVASCRIPT.iter().filter(|(call, _)| text.contains(call));
        calls.extend(found.map(|(call, _)| (path.as_str(), *call)));
    }
    println!("{lines} lines of hand-written JavaScript; {MOST_JAVASCRIPT} allowed, goal {GOAL}");
    if lines > MOST_JAVASCRIPT {
        bad.push(format!("{lines} lines of JavaScript are more than {MOST_JAVASCRIPT}"));
    }
    let allowed = NOT_IN_JAVASCRIPT
        .iter()
        .flat_map(|(call, files)| files.iter().map(move |file| (*file, *call)))
        .collect();
    for (path, call) in calls.difference(&allowed) {
        bad.push(format!("{path} has {call}, which Rust does"));
    }
    for (path, call) in allowed.difference(&calls) {
        bad.push(format!("{path} has no {call} any more: shorten the list in xtask/src/card.rs"));
    }
    let known = BTreeSet::from(WITHOUT_REASON);
    for path in silent.difference(&known) {
        bad.push(format!("{path} does not say at its head why it is `JavaScript, because …`"));
    }
    for path in known.difference(&silent) {
        bad.push(format!(
            "{path} is no file without a reason: shorten the list in xtask/src/card.rs"
        ));
    }
    ensure!(bad.is_empty(), "{}", bad.join("\n"));
    Ok(())
}

/// Whether the comment at the head of a script says why it is one.
fn has_reason(text: &str) -> bool {
    let head =
        text.lines().take_while(|line| ["/**", " *", "//"].iter().any(|c| line.starts_with(c)));
    // The sentence may be broken anywhere.
    let words: Vec<&str> =
        head.flat_map(str::split_whitespace).filter(|word| *word != "*").collect();
    let has = |what: &[&str]| words.windows(what.len()).any(|window| window == what);
    has(&["JavaScript,", "because"]) || has(&["JavaScript,", "and", "one", "file,", "because"])
}

/// The files that git knows, with what is in them.
fn files(patterns: &[&str]) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for path in output(command("git").arg("ls-files").args(patterns))?.lines() {
        // A file that git knows may be deleted in the working tree.
        if let Ok(text) = fs::read_to_string(root().join(path)) {
            found.push((path.to_owned(), text));
        }
    }
    found.first().context("git knows none of these files")?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_stands_at_the_head() {
        assert!(has_reason("/**\n * Loads.\n *\n * JavaScript, because\n * of that.\n */\nlet a;"));
        assert!(has_reason("// JavaScript, because of that.\nlet a;"));
        assert!(!has_reason("/** Loads. */\nlet a;\n// JavaScript, because of that.\n"));
        assert!(!has_reason("let a;"));
    }
}
