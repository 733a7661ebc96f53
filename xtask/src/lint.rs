//! Checks that need no test: style, types, licences, and what must not be in the tree.

use std::fs;

use anyhow::{Result, bail, ensure};
use serde_json::Value;

use crate::{
    shell::{cargo, command, output, root, run},
    tools,
};

/// Longest source file; more is more than one subject.
const MAX_LINES: usize = 600;
/// Licences that go together with MIT OR Apache-2.0.
const LICENCES: [&str; 13] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];
/// The versions of TypeScript that compile the types beside ours: the oldest that can, and others in
/// which the language or its libraries changed. tests/types/package.json has them.
const OTHER_TYPESCRIPTS: [&str; 3] = ["typescript-5.0", "typescript-5.1", "typescript-7"];
/// Words of which one in a file tells that an address of this machine or a registry got in. Split,
/// so that this file does not hold them.
const FORBIDDEN: [(&str, &str); 4] = [
    ("registry.npm", "js"),
    ("index.crates", ".io"),
    ("static.rust-", "lang"),
    ("/root/", ".cargo"),
];

/// clippy over everything that runs on this machine.
pub fn clippy_native() -> Result<()> {
    let workspace = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    run(cargo().args(workspace))
}

/// clippy over the SDK as it runs in a browser, tests included.
pub fn clippy_wasm() -> Result<()> {
    let package = ["clippy", "--package", "trunkline", "--all-targets", "--quiet"];
    let target = ["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"];
    run(cargo().args(package).args(target))
}

/// Broken links and missing words in the documentation of the crates.
pub fn rustdoc() -> Result<()> {
    run(cargo()
        .args(["doc", "--workspace", "--no-deps", "--quiet", "--document-private-items"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

/// The types of the package, the demo and the tests.
pub fn typescript() -> Result<()> {
    for project in ["tests/types", "www", "tests/e2e"] {
        run(command("npx").args(["tsc", "--noEmit", "--project", project]))?;
    }
    // The declarations of the package are compiled as well, as apps do it that skip no check.
    let types = root().join("tests/types");
    tools::npm_packages_of(&types)?;
    for version in OTHER_TYPESCRIPTS {
        let compiler = types.join("node_modules").join(version).join("bin/tsc");
        run(command("node").arg(compiler).arg("--project").arg(&types))?;
    }
    // Beside other declarations of what is newer than some of these versions.
    let latest = ["--lib", "esnext,dom,dom.iterable", "--types", "node"];
    run(command("npx").args(["tsc", "--project", "tests/types"]).args(latest))?;
    run(command("npx").args(["prettier", "--check", "--log-level", "warn", "."]))
}

/// The licence of every crate and npm package that this depends on.
pub fn licences() -> Result<()> {
    let metadata = output(cargo().args(["metadata", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let mut bad = Vec::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_compatible(licence) {
            bad.push(format!("{} ({licence})", package["name"]));
        }
    }
    let lock = fs::read_to_string(root().join("package-lock.json"))?;
    let lock: Value = serde_json::from_str(&lock)?;
    for (path, package) in lock["packages"].as_object().into_iter().flatten() {
        let licence = package["license"].as_str().unwrap_or_default();
        // Tools are run, not shipped: their licences bind nobody who uses trunkline.
        let is_shipped = path.contains("node_modules/") && package["dev"] != true;
        if is_shipped && package["link"] != true && !is_compatible(licence) {
            bad.push(format!("{path} ({licence})"));
        }
    }
    ensure!(bad.is_empty(), "these licences are not on the list: {}", bad.join(", "));
    Ok(())
}

/// What must not be in the tree: overlong files, addresses, secrets of a machine.
pub fn tree() -> Result<()> {
    let mut bad = Vec::new();
    for path in output(command("git").args(["ls-files"]))?.lines() {
        // A file that git knows may be deleted in the working tree.
        let Ok(text) = fs::read_to_string(root().join(path)) else { continue };
        let is_source = [".rs", ".ts", ".js", ".mjs", ".css"].iter().any(|end| path.ends_with(end));
        let lines = text.lines().count();
        if is_source && lines > MAX_LINES {
            bad.push(format!("{path} has {lines} lines, more than {MAX_LINES}"));
        }
        // The format of Cargo.lock names the registry itself.
        if path == "Cargo.lock" {
            continue;
        }
        for (start, end) in FORBIDDEN {
            if text.contains(&[start, end].concat()) {
                bad.push(format!("{path} names {start}{end}"));
            }
        }
    }
    if !bad.is_empty() {
        bail!("{}", bad.join("\n"));
    }
    Ok(())
}

/// Whether an SPDX expression lets us choose licences that are all on our list.
fn is_compatible(expression: &str) -> bool {
    permits(expression, &LICENCES)
}

/// Whether an SPDX expression lets us choose licences that are all on that list.
pub fn permits(expression: &str, licences: &[&str]) -> bool {
    // Old manifests write "/" for OR.
    let expression = expression.replace('/', " OR ");
    let alternatives = split_top_level(&expression, " OR ");
    alternatives.iter().any(|alternative| {
        split_top_level(alternative, " AND ").iter().all(|term| {
            let term = term.trim();
            match term.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
                Some(inner) => permits(inner, licences),
                None => licences.contains(&term),
            }
        })
    })
}

/// Splits at `separator` where no parenthesis is open.
fn split_top_level<'a>(expression: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in expression.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0
            && at >= start
            && expression.get(at..).is_some_and(|r| r.starts_with(separator))
        {
            parts.extend(expression.get(start..at));
            start = at + separator.len();
        }
    }
    parts.extend(expression.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_compatible_when_some_choice_is() {
        for good in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-2.0) AND Unicode-3.0",
            "ISC AND (Apache-2.0 OR ISC)",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(is_compatible(good), "{good}");
        }
    }

    #[test]
    fn a_licence_that_binds_users_of_ours_is_not() {
        for bad in ["", "GPL-3.0", "AGPL-3.0 AND MIT", "MIT AND (GPL-2.0 OR LGPL-2.1)", "MITx"] {
            assert!(!is_compatible(bad), "{bad}");
        }
    }
}
