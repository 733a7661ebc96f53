//! How much an app downloads.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::shell::{command, output, root};

/// Most that everything for a call may weigh, brotli.
pub const LIMIT: u64 = 100_000;

/// What an app loads for a call, besides the module itself.
const SCRIPTS: &str = "pkg";

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

/// Prints what an app downloads for a call, and returns its sum.
pub fn report() -> Result<Size> {
    let mut files =
        vec![root().join("pkg/wasm/trunkline_bg.wasm"), root().join("pkg/wasm/trunkline.js")];
    for entry in fs::read_dir(root().join(SCRIPTS))? {
        let path = entry?.path();
        let is_script = path.extension().is_some_and(|extension| extension == "js");
        // The inline entry is for those who do not download the module by itself.
        if is_script && path.file_name().is_some_and(|name| name != "inline.js") {
            files.push(path);
        }
    }
    files.sort();
    let mut sum = Size::default();
    println!("{:<28} {:>9} {:>9} {:>9}", "bytes", "raw", "gzip", "brotli");
    for file in files {
        let size = of(&file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        println!("{name:<28} {:>9} {:>9} {:>9}", size.raw, size.gzip, size.brotli);
        sum.raw += size.raw;
        sum.gzip += size.gzip;
        sum.brotli += size.brotli;
    }
    println!("{:<28} {:>9} {:>9} {:>9}", "all of it", sum.raw, sum.gzip, sum.brotli);
    Ok(sum)
}

/// Fails when the package has grown too large.
pub fn check() -> Result<()> {
    let sum = report()?;
    ensure!(sum.brotli <= LIMIT, "the package weighs {} bytes, the limit is {LIMIT}", sum.brotli);
    Ok(())
}
