//! Writes the types of the coordinator protocol from its schema, or checks that they are fresh.

mod javascript;
mod openapi;
mod rust;
mod text;
mod typescript;

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result, bail};
use trunkline_schema::Schema;

use crate::shell::{command, root, run as run_to_end, target_dir};

/// Files by their path in the repository.
type Files = BTreeMap<String, String>;

/// Folders that hold generated files only.
const FOLDERS: [&str; 2] = [rust::FOLDER, typescript::FOLDER];

/// Generates everything.
pub fn run() -> Result<()> {
    let files = formatted()?;
    for path in strangers(&files)? {
        fs::remove_file(root().join(path))?;
    }
    for (path, text) in &files {
        write(&root().join(path), text)?;
    }
    println!("{} files generated", files.len());
    Ok(())
}

/// Fails when the files in the repository are not what would be generated.
pub fn check() -> Result<()> {
    let files = formatted()?;
    let mut stale = strangers(&files)?;
    for (path, text) in &files {
        if fs::read_to_string(root().join(path)).ok().as_ref() != Some(text) {
            stale.push(path.clone());
        }
    }
    if !stale.is_empty() {
        bail!("run `cargo xtask generate`; not fresh: {}", stale.join(", "));
    }
    Ok(())
}

fn render() -> Result<Files> {
    let schema = Schema::coordinator()?;
    let mut files = rust::render(&schema);
    files.extend(typescript::render(&schema)?);
    files.extend(javascript::render(&schema)?);
    files.extend(openapi::render(&schema)?);
    Ok(files)
}

/// What is generated, in the format that the checks of the tree ask for. It is formatted beside the
/// tree: a check must not change the tree.
fn formatted() -> Result<Files> {
    let draft = target_dir().join("generate");
    if draft.exists() {
        fs::remove_dir_all(&draft)?;
    }
    let mut files = render()?;
    for (path, text) in &files {
        write(&draft.join(path), text)?;
    }
    let with_end = |end: &'static str| {
        let paths = files.keys().filter(move |path| path.ends_with(end));
        paths.map(|path| draft.join(path)).collect::<Vec<_>>()
    };
    run_to_end(
        command("rustfmt")
            .args(["--edition", "2024", "--config-path"])
            .arg(root().join("rustfmt.toml"))
            .args(with_end(".rs")),
    )?;
    run_to_end(
        command("npx")
            .args(["prettier", "--write", "--log-level", "warn", "--ignore-path", "/dev/null"])
            .arg("--config")
            .arg(root().join(".prettierrc.json"))
            .args(with_end(".ts"))
            .args(with_end(".js")),
    )?;
    for (path, text) in &mut files {
        *text = fs::read_to_string(draft.join(path))?;
    }
    Ok(files)
}

/// Files in the folders of generated files that are not generated any more.
fn strangers(files: &Files) -> Result<Vec<String>> {
    let mut strangers = Vec::new();
    for folder in FOLDERS {
        let Ok(entries) = fs::read_dir(root().join(folder)) else { continue };
        for entry in entries {
            let path = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if !files.contains_key(&path) {
                strangers.push(path);
            }
        }
    }
    Ok(strangers)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
