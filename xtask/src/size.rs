//! How much an app downloads.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    package::{INLINE_WASM, WASM, esbuild, folder, snippets},
    shell::{command, output, root, target_dir},
};

/// What everything for a call is to weigh at most, brotli: what [`report`] returns. It does not yet:
/// docs/performance.md says what weighs. livekit-client, which has no coordinator, weighs 125,000.
const GOAL: u64 = 240_000;

/// More than this fails: what it weighs, with little room, until it meets [`GOAL`]. It is lowered when
/// that is possible, and was raised once, from 291,000: for speed, which goes before size, the module is
/// compiled with `opt-level` 2 instead of `z`.
pub const LIMIT: u64 = 386_000;

/// What it weighed when somebody last looked, so that a change shows what it adds. Written down anew
/// with each change that means to.
const LAST: u64 = 383_090;

/// For those who do not download the module by itself, as nobody loads both, and for npm.
const OTHERS: [&str; 4] = ["copy.js", "inline.js", INLINE_WASM, "prepack.js"];

/// Bytes of a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// As it is.
    pub raw: u64,
    /// gzip -9
    pub gzip: u64,
    /// brotli -q 11
    pub brotli: u64,
}

/// Measures one file.
pub fn of(file: &Path) -> Result<Size> {
    let script = "const { readFileSync } = require('node:fs'), zlib = require('node:zlib');
        const data = readFileSync(process.argv[1]);
        const brotli = zlib.brotliCompressSync(data).length;
        const gzip = zlib.gzipSync(data, { level: 9 }).length;
        console.log(JSON.stringify({ raw: data.length, gzip, brotli }))";
    let text = output(command("node").args(["-e", script]).arg(file))?;
    let value: Value = serde_json::from_str(&text)?;
    let field = |name: &str| value[name].as_u64().with_context(|| format!("no {name} in {text}"));
    Ok(Size { raw: field("raw")?, gzip: field("gzip")?, brotli: field("brotli")? })
}

/// Prints what the package weighs, and returns what an app downloads for a call.
///
/// "As published" is the sum of the files, each compressed by itself: a page without a bundler loads
/// these. The figure that counts is "bundle and module": the module, and the app of the README with
/// all that it loads at once, as a bundler writes it: minified, without the exports that it does not
/// use, and without "loaded later", which are the parts of the package that are fetched when their
/// methods are called first. The few lines of the app count as well. The figures that others
/// publish are such bundles.
pub fn report() -> Result<Size> {
    println!("{:<28} {:>9} {:>9} {:>9}", "bytes", "raw", "gzip", "brotli");
    let mut published = Size::default();
    for file in scripts()? {
        published += row(&file)?;
    }
    let module = row(&folder().join(WASM))?;
    published += module;
    print("as published", published);

    let mut bundle = Size::default();
    let mut later = Size::default();
    for (file, is_loaded_at_once) in bundle_app()? {
        *(if is_loaded_at_once { &mut bundle } else { &mut later }) += of(&file)?;
    }
    print("loaded later", later);
    print("bundle", bundle);
    bundle += module;
    print("bundle and module", bundle);
    Ok(bundle)
}

/// Fails when the package has grown too large.
pub fn check() -> Result<()> {
    let weight = report()?.brotli;
    println!("{:+} bytes since {LAST}", i128::from(weight) - i128::from(LAST));
    println!("{:+} bytes to the goal of {GOAL}", i128::from(weight) - i128::from(GOAL));
    ensure!(weight <= LIMIT, "an app downloads {weight} bytes, the limit is {LIMIT}");
    Ok(())
}

/// The JavaScript of the package.
fn scripts() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in [folder(), snippets()?] {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let is_script = path.extension().is_some_and(|extension| extension == "js");
            if is_script && OTHERS.iter().all(|other| path != folder.join(other)) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// The app of the README as its bundler would write it: the files, and whether it loads them at
/// once.
fn bundle_app() -> Result<Vec<(PathBuf, bool)>> {
    let folder = target_dir().join("size");
    fs::create_dir_all(&folder)?;
    let readme = fs::read_to_string(root().join("README.md"))?;
    let app = readme.split("```js\n").nth(1).and_then(|rest| rest.split("```").next());
    let source = folder.join("app.js");
    fs::write(&source, app.context("the README has no app")?)?;
    let (out, facts) = (folder.join("out"), folder.join("facts.json"));
    let mut bundler = esbuild();
    bundler.args(["--bundle", "--minify", "--splitting"]).arg(&source);
    for other in OTHERS {
        bundler.arg(format!("--external:./{other}"));
    }
    bundler.arg(format!("--outdir={}", out.display()));
    output(bundler.arg(format!("--metafile={}", facts.display())))?;

    let facts: Value = serde_json::from_str(&fs::read_to_string(facts)?)?;
    let outputs = facts["outputs"].as_object().context("the bundler told no outputs")?;
    let is_entry = |file: &&String| file.ends_with("/app.js");
    let mut at_once: Vec<&str> = outputs.keys().filter(is_entry).map(String::as_str).collect();
    ensure!(at_once.len() == 1, "the app is in {} files", at_once.len());
    let mut next = 0;
    while let Some(file) = at_once.get(next) {
        let imports = facts["outputs"][*file]["imports"].as_array().into_iter().flatten();
        let needed: Vec<&str> = imports
            .filter(|import| import["kind"] == "import-statement")
            .filter_map(|import| import["path"].as_str())
            .collect();
        for file in needed {
            if outputs.contains_key(file) && !at_once.contains(&file) {
                at_once.push(file);
            }
        }
        next += 1;
    }
    let file = |path: &String| (root().join(path), at_once.contains(&path.as_str()));
    Ok(outputs.keys().map(file).collect())
}

fn row(file: &Path) -> Result<Size> {
    let size = of(file)?;
    print(&file.file_name().unwrap_or_default().to_string_lossy(), size);
    Ok(size)
}

fn print(name: &str, size: Size) {
    println!("{name:<28} {:>9} {:>9} {:>9}", size.raw, size.gzip, size.brotli);
}

impl std::ops::AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.raw += other.raw;
        self.gzip += other.gzip;
        self.brotli += other.brotli;
    }
}
