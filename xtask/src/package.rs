//! Makes the npm package: what wasm-pack writes, completed to what is published. `docs/package.md`
//! says which file is for whom.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{
    Mode, order,
    shell::{command, output, root, run, target_dir},
    third_party, tools,
};

/// The module.
pub const WASM: &str = "trunkline_bg.wasm";
/// The module inside JavaScript.
pub const INLINE_WASM: &str = "trunkline_bg.inline.js";
/// The entry for who calls `require`, with its declarations.
const COMMON_JS: [&str; 2] = ["index.cjs", "index.d.cts"];
/// What stands in `js/` for the completed package only. wasm-bindgen carries the other files.
const ENTRY: [&str; 8] = [
    "index.js",
    "inline.d.ts",
    "inline.js",
    "load.js",
    "package.json",
    "prepack.js",
    "shims.js",
    "trunkline_bg.wasm.d.ts",
];
/// What people read, beside what wasm-pack brings.
const DOCUMENTS: [&str; 3] = ["CHANGELOG.md", "CONTRIBUTING.md", "docs"];
/// The declarations of the entry, derived from those of [`TYPES`].
const ENTRY_TYPES: &str = "index.d.ts";
/// The declarations that wasm-bindgen writes.
const TYPES: &str = "trunkline.d.ts";

/// Builds the whole package.
pub fn build(mode: Mode) -> Result<()> {
    pack(mode)?;
    complete(mode)
}

/// Where the package is written.
pub fn folder() -> PathBuf {
    root().join("pkg")
}

/// Runs `wasm-pack build --target web` as it stands.
pub fn pack(mode: Mode) -> Result<()> {
    // What is not written any more would be published all the same.
    for entry in fs::read_dir(folder())? {
        let entry = entry?;
        if entry.file_name() != ".gitignore" {
            remove(&entry.path())?;
        }
    }
    let mut pack = tools::wasm_pack()?;
    pack.args(["build", "--target", "web"]).env(RUSTFLAGS, short_paths()?);
    if mode == Mode::Dev {
        pack.arg("--dev");
    }
    run(&mut pack)
}

/// Makes what wasm-pack wrote into what is published.
pub fn complete(mode: Mode) -> Result<()> {
    let (from, to) = (root().join("js"), folder());
    for name in ENTRY {
        copy(&from.join(name), &to.join(name))?;
    }
    for name in DOCUMENTS {
        copy(&root().join(name), &to.join(name))?;
    }
    derive_types()?;
    ensure_carried(&from)?;
    if mode == Mode::Release {
        optimise()?;
    }
    write_inline_copy()?;
    write_common_js()?;
    fs::write(to.join("THIRD-PARTY-LICENSES.txt"), third_party::licenses()?)?;
    link()
}

/// Makes the declarations of the entry from those that wasm-bindgen wrote.
fn derive_types() -> Result<()> {
    let files = [TYPES, "index.js", ENTRY_TYPES].map(|name| folder().join(name));
    run(command("node").arg(root().join("xtask/entry-types.mjs")).args(files).arg(api_snapshot()))
}

/// Where the declarations of the entry are written without their comments, to be compared.
pub fn api_snapshot() -> PathBuf {
    target_dir().join("api.snapshot")
}

/// Lets the demo and the tests import the package by its name. No workspace of npm does it, as the
/// package is not there before it is built.
fn link() -> Result<()> {
    let link = root().join("node_modules/trunkline");
    if fs::symlink_metadata(&link).is_ok() {
        remove(&link)?;
    }
    std::os::unix::fs::symlink("../pkg", &link).context("cannot make node_modules/trunkline")
}

/// Fails when a file would be missing in the package.
fn ensure_carried(js: &Path) -> Result<()> {
    let snippets = snippets()?;
    for entry in fs::read_dir(js)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let is_carried = snippets.join(name.as_ref()).exists();
        ensure!(
            is_carried || ENTRY.contains(&name.as_ref()),
            "no `#[wasm_bindgen(module = …)]` names js/{name}, so wasm-pack leaves it out"
        );
    }
    Ok(())
}

/// Where wasm-bindgen put the hand-written JavaScript.
pub fn snippets() -> Result<PathBuf> {
    for entry in fs::read_dir(folder().join("snippets"))? {
        let folder = entry?.path().join("js");
        if folder.is_dir() {
            return Ok(folder);
        }
    }
    anyhow::bail!("there is no hand-written JavaScript in pkg/snippets")
}

const RUSTFLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Has the compiler write source files without the folders of this machine into the module, which
/// holds them for panics. In the order in which rustc takes them, the last that fits wins.
fn short_paths() -> Result<String> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo"))).context("no home folder")?;
    let registry = home.join("registry/src");
    let mut flags = Vec::new();
    for folder in [root().canonicalize()?, target_dir(), registry.clone()] {
        flags.push(format!("--remap-path-prefix={}=", folder.display()));
    }
    for entry in fs::read_dir(registry).into_iter().flatten() {
        flags.push(format!("--remap-path-prefix={}=", entry?.path().display()));
    }
    Ok(flags.join(" "))
}

/// The bundler, which the demo is built with as well.
pub fn esbuild() -> Command {
    let mut esbuild = command(root().join("node_modules/.bin/esbuild"));
    esbuild.args(["--format=esm", "--log-level=warning"]);
    esbuild
}

/// Makes the module smaller to download. The higher levels of wasm-opt make fewer bytes that
/// compress worse.
fn optimise() -> Result<()> {
    let module = folder().join(WASM);
    wasm_opt(&module, &["-O1", "--converge", "--dae-optimizing", "--rse", "--reorder-locals"])?;
    fs::write(&module, order::name_functions(&fs::read(&module)?)?)?;
    wasm_opt(&module, &["--reorder-functions-by-name", "--strip-debug"])
}

/// Rewrites a module by those passes.
fn wasm_opt(module: &Path, passes: &[&str]) -> Result<()> {
    let after = module.with_extension("opt");
    let wasm_opt = root().join("node_modules/.bin/wasm-opt");
    run(command(wasm_opt)
        .args(passes)
        .args(["--enable-bulk-memory", "--enable-multivalue", "--enable-mutable-globals"])
        .args(["--enable-nontrapping-float-to-int", "--enable-reference-types"])
        .args(["--enable-sign-ext", "--enable-bulk-memory-opt", "-o"])
        .arg(&after)
        .arg(module))?;
    fs::rename(&after, module)?;
    Ok(())
}

/// A copy of the module inside JavaScript, for pages and bundlers that cannot fetch it.
fn write_inline_copy() -> Result<()> {
    let script = "const { readFileSync } = require('node:fs'), { gzipSync } = require('node:zlib');
        process.stdout.write(gzipSync(readFileSync(process.argv[1]), { level: 9 }).toString('base64'))";
    let base64 = output(command("node").args(["-e", script]).arg(folder().join(WASM)))?;
    let module = format!(
        "const data = \"{base64}\";\n\n{}",
        "/** Compiles the copy of the module that this file holds. */
export default async function compile() {
  return WebAssembly.compile(await unzip(Uint8Array.from(atob(data), (c) => c.charCodeAt(0))));
}

async function unzip(bytes) {
  // Node has streams as browsers have them, but jest and jsdom take them away.
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib');
  if (zlib) return zlib.gunzipSync(bytes);
  const unzipped = new Response(bytes).body.pipeThrough(new DecompressionStream('gzip'));
  return new Response(unzipped).arrayBuffer();
}
"
    );
    fs::write(folder().join(INLINE_WASM), module)?;
    Ok(())
}

/// The entry as one file for test runners and Node programs that know no modules: jest's default set-up
/// is one. Bundlers take the modules, whatever calls them: `exports` of js/package.json says so.
fn write_common_js() -> Result<()> {
    let [script, types] = COMMON_JS.map(|name| folder().join(name));
    let address = "const here = require('node:url').pathToFileURL(__filename).href;";
    run(esbuild()
        .arg(folder().join("index.js"))
        .args(["--bundle", "--platform=node", "--format=cjs", "--define:import.meta.url=here"])
        .arg(format!("--banner:js={address}"))
        .arg(format!("--external:./{INLINE_WASM}"))
        // wasm-bindgen names a file once for each block of Rust that does.
        .arg("--log-override:duplicate-object-key=silent")
        .arg(format!("--outfile={}", script.display())))?;
    copy(&folder().join(ENTRY_TYPES), &types)
}

/// Copies a file, or a folder with what is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Removes a file, a link, or a folder with what is in it.
fn remove(path: &Path) -> Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        fs::remove_dir_all(path)?;
    } else {
        fs::remove_file(path)?;
    }
    Ok(())
}
