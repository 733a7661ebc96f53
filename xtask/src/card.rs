//! What the SDK is made of: the crates that its owner named, each used where it belongs, and little
//! JavaScript, each file of it with a reason.

use std::fs;

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

/// Most lines of hand-written JavaScript.
const MOST_JAVASCRIPT: usize = 2_000;

/// What JavaScript must not do, as Rust does it.
const NOT_IN_JAVASCRIPT: [&str; 6] = [
    "fetch(",
    "XMLHttpRequest",
    "WebSocket(",
    "RTCPeerConnection(",
    "getUserMedia(",
    "getDisplayMedia(",
];
/// The one exception: the loader fetches the module, before there is any Rust.
const LOADER: (&str, &str) = ("js/load.js", "fetch(");

/// Other ways to do what a crate is named for, with the reason why not.
const NOT_IN_RUST: [(&str, &str); 5] = [
    ("raw_module", "loads nowhere but here; name the file by `module`"),
    ("inline_js", "hides JavaScript from the count; name a file by `module`"),
    ("fetch_with_", "requests are built with gloo-net"),
    ("gloo_net::websocket", "sockets are web-sys's, as gloo-net's cannot close with a code"),
    ("js_sys::eval", "pages may forbid it"),
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
            let is_browsers = ["src/web", "src/api"].iter().any(|f| path.starts_with(f));
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

    let mut lines = 0;
    for (path, text) in files(&["js/*.js"])? {
        for call in NOT_IN_JAVASCRIPT {
            if text.contains(call) && (path.as_str(), call) != LOADER {
                bad.push(format!("{path} has {call}, which Rust does"));
            }
        }
        if text.starts_with("// Generated from ") {
            continue;
        }
        lines += text.lines().count();
        if !has_reason(&text) {
            bad.push(format!("{path} does not say at its head why it is `JavaScript, because …`"));
        }
    }
    println!("{lines} lines of hand-written JavaScript; {MOST_JAVASCRIPT} allowed");
    if lines > MOST_JAVASCRIPT {
        bad.push(format!("{lines} lines of JavaScript are more than {MOST_JAVASCRIPT}"));
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
