//! The licences of what is linked into the module, for those who ship it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::Path,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    lint,
    shell::{cargo, output, root},
};

/// What the compiler links in, with whose it is. Both may be had under MIT.
const OF_THE_COMPILER: [(&str, &str); 2] = [
    ("Rust standard library", "The Rust Project Developers"),
    ("compiler-builtins", "Jorge Aparicio and the Rust Project Developers"),
];

/// The text of `THIRD-PARTY-LICENSES.txt`: each crate with its licence, then each text once.
pub fn licenses() -> Result<String> {
    let platform = ["--filter-platform", "wasm32-unknown-unknown"];
    let metadata =
        output(cargo().args(["metadata", "--format-version", "1", "--locked"]).args(platform))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = linked(&metadata)?;

    let mut text =
        String::from("The module trunkline_bg.wasm contains code of these projects.\n\n");
    let mut users = BTreeMap::<String, BTreeSet<&str>>::new();
    for (name, holder) in OF_THE_COMPILER {
        _ = writeln!(text, "{name}: MIT OR Apache-2.0");
        users.entry(mit(holder)?).or_default().insert(name);
    }
    for package in &packages {
        let field = |name: &str| package[name].as_str().unwrap_or_default();
        _ = writeln!(text, "{} {}: {}", field("name"), field("version"), field("license"));
        let manifest = Path::new(field("manifest_path"));
        let mut found = texts(manifest.parent().context("a manifest without a folder")?)?;
        if found.is_empty() {
            if !lint::permits(field("license"), &["MIT"]) {
                bail!("{} comes without the text of its licence", field("name"));
            }
            found.push(mit(&authors(package))?);
        }
        for license in found {
            users.entry(license).or_default().insert(field("name"));
        }
    }
    for (license, users) in users {
        let users = users.into_iter().collect::<Vec<_>>().join(", ");
        _ = write!(text, "\n{}\n{users}\n\n{}\n", "-".repeat(80), license.trim_end());
    }
    Ok(text)
}

/// The packages of others that trunkline is linked with, by name.
fn linked(metadata: &Value) -> Result<Vec<&Value>> {
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let packages = metadata["packages"].as_array().context("no packages")?;
    let by_id: BTreeMap<&str, &Value> =
        packages.iter().filter_map(|package| Some((package["id"].as_str()?, package))).collect();
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .context("no graph")?
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let is_macro = |package: &Value| {
        list(&package["targets"])
            .iter()
            .any(|target| list(&target["kind"]).contains(&"proc-macro".into()))
    };
    let start = by_id.iter().find(|(_, package)| package["name"] == "trunkline");
    let mut open: Vec<&str> = start.map(|(id, _)| *id).into_iter().collect();
    let mut known = BTreeSet::new();
    while let Some(id) = open.pop() {
        let Some((package, node)) = by_id.get(id).zip(nodes.get(id)) else { continue };
        // Macros and build scripts run on this machine and stay here.
        if is_macro(package) || !known.insert(id) {
            continue;
        }
        for dependency in node["deps"].as_array().into_iter().flatten() {
            let is_linked =
                list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            open.extend(dependency["pkg"].as_str().filter(|_| is_linked));
        }
    }
    let mut linked: Vec<&Value> = known.iter().filter_map(|id| by_id.get(id).copied()).collect();
    // Our own come from no registry.
    linked.retain(|package| !package["source"].is_null());
    linked.sort_by_key(|package| package["name"].as_str());
    Ok(linked)
}

/// Who made a package, as its manifest says.
fn authors(package: &Value) -> String {
    let authors = package["authors"].as_array().into_iter().flatten();
    let names: Vec<&str> = authors.filter_map(Value::as_str).collect();
    if names.is_empty() {
        return format!("The authors of {}", package["name"].as_str().unwrap_or_default());
    }
    names.join(", ")
}

/// The MIT licence of others, who publish theirs without its text. Ours is the same but for its holder.
fn mit(holder: &str) -> Result<String> {
    let ours = fs::read_to_string(root().join("LICENSE-MIT"))?;
    let is_holder = |line: &&str| line.starts_with("Copyright (c) ");
    let own = ours.lines().find(is_holder).context("LICENSE-MIT names no holder")?;
    Ok(ours.replace(own, &format!("Copyright (c) {holder}")))
}

/// The licences in a crate's folder. Where one may choose, MIT is enough.
fn texts(folder: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let is_license = ["LICENSE", "LICENCE", "COPYING"].iter().any(|w| name.starts_with(w));
        if is_license && path.is_file() {
            files.push((name, path));
        }
    }
    if files.iter().any(|(name, _)| name.contains("MIT")) {
        files.retain(|(name, _)| name.contains("MIT"));
    }
    files.sort();
    files.into_iter().map(|(_, path)| Ok(fs::read_to_string(path)?)).collect()
}
