//! Makes the npm package: compiles the SDK, binds it to JavaScript, shrinks it.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    Mode, order,
    shell::{cargo, command, output, root, run, target_dir},
};

const WASM: &str = "trunkline_bg.wasm";
const GLUE: &str = "trunkline.js";

/// Builds the generated part of the package, `pkg/wasm/`.
pub fn build(mode: Mode) -> Result<()> {
    let (profile, folder) = match mode {
        Mode::Dev => ("dev", "debug"),
        Mode::Release => ("wasm", "wasm"),
    };
    let target = ["--target", "wasm32-unknown-unknown", "--profile", profile];
    run(cargo()
        .args(["--config", &short_paths()?, "build", "--package", "trunkline", "--lib"])
        .args(target))?;

    let out = root().join("pkg/wasm");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let module = target_dir().join("wasm32-unknown-unknown").join(folder).join("trunkline.wasm");
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .web(true)?
        // The types are written by hand, in pkg/types.
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(mode == Mode::Release)
        .remove_producers_section(true);
    let mut bound = bindgen.generate_output().context("wasm-bindgen failed")?;
    let mut glue = merge_imports(&relocate_imports(&without_loader(bound.js())?)?);
    if mode == Mode::Release {
        glue = shorten_imports(&glue, bound.wasm_mut().imports.iter_mut().map(|i| &mut i.name))?;
        glue = shorten_exports(&glue, bound.wasm_mut().exports.iter_mut().map(|e| &mut e.name));
    }
    bound.emit(&out)?;
    fs::write(out.join(GLUE), glue)?;
    if mode == Mode::Release {
        optimise()?;
        minify(&out.join(GLUE))?;
    }
    write_inline_copy()
}

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
    Ok(format!("target.wasm32-unknown-unknown.rustflags={flags:?}"))
}

/// Leaves out how wasm-bindgen fetches the module: `pkg/load.js` does, with half the code.
fn without_loader(glue: &str) -> Result<String> {
    let (glue, loader) = glue.split_once("async function __wbg_load(").context("no loader")?;
    ensure!(loader.contains("__wbg_init as default"), "the loader is not what it was");
    let exports = "export { __wbg_get_imports as imports, __wbg_finalize_init as start };\n";
    Ok([glue, exports].concat())
}

/// Lets the glue import the package's hand-written modules, which the Rust side names by their
/// place in the repository (where the tests in the browser find them), by their place in the
/// package.
fn relocate_imports(glue: &str) -> Result<String> {
    let relocated = glue.replace("from '/pkg/", "from '../").replace("from \"/pkg/", "from \"../");
    ensure!(relocated != glue, "the glue imports nothing from pkg/: has its form changed?");
    let strange = relocated.lines().find(|line| {
        line.starts_with("import ") && !line.contains("from '../") && !line.contains("from \"../")
    });
    ensure!(strange.is_none(), "the package would not hold what this imports: {strange:?}");
    Ok(relocated)
}

/// Hands each of our modules to WebAssembly once: wasm-bindgen does it for each function that needs
/// no conversion, and bundlers complain about the repetition.
fn merge_imports(glue: &str) -> String {
    let mut known = BTreeSet::new();
    let mut superfluous = BTreeSet::new();
    for line in glue.lines() {
        let entry = line.trim().strip_suffix(',').and_then(|entry| entry.split_once(": import"));
        if let Some((module, number)) = entry.filter(|(module, _)| module.starts_with("\"/pkg/"))
            && !known.insert(module)
        {
            superfluous.insert(format!("import{number}"));
        }
    }
    let is_superfluous = |line: &&str| {
        superfluous.iter().any(|name| {
            line.starts_with(&format!("import * as {name} from"))
                || line.trim_end().ends_with(&format!(": {name},"))
        })
    };
    let lines = glue.lines().filter(|line| !is_superfluous(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Gives the functions that the module imports short names, here and in the glue. wasm-bindgen names
/// each after its path and a hash, which does not compress, and a bundler cannot shorten it because
/// the name stands in the module as well.
fn shorten_imports<'a>(glue: &str, names: impl Iterator<Item = &'a mut String>) -> Result<String> {
    let mut glue = glue.to_owned();
    // Some functions are imported more than once.
    let mut known = BTreeMap::new();
    // What comes straight from our own modules keeps its name.
    for name in names.filter(|name| name.starts_with("__wb")) {
        if !known.contains_key(name) {
            let short = format!("i{}", known.len());
            let key = format!("{name}: ");
            ensure!(glue.matches(&key).count() == 1, "the glue does not define {name} once");
            glue = glue.replace(&key, &format!("{short}: "));
            known.insert(name.clone(), short);
        }
        if let Some(short) = known.get(name) {
            name.clone_from(short);
        }
    }
    Ok(glue)
}

/// Gives what the module exports short names, too.
fn shorten_exports<'a>(glue: &str, names: impl Iterator<Item = &'a mut String>) -> String {
    let mut glue = glue.to_owned();
    for (number, name) in names.enumerate() {
        let short = format!("e{number}");
        let long = format!("wasm.{name}");
        let mut pieces = glue.split(&long);
        let mut renamed = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            // Not the beginning of a longer name.
            let goes_on = piece.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            renamed.extend(["wasm.", if goes_on { name } else { &short }, piece]);
        }
        glue = renamed;
        *name = short;
    }
    glue
}

/// Rewrites a generated script without white space and with short names.
fn minify(script: &Path) -> Result<()> {
    let small = output(esbuild().arg("--minify").arg(script))?;
    fs::write(script, small)?;
    Ok(())
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
    let module = root().join("pkg/wasm").join(WASM);
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
    let out = root().join("pkg/wasm");
    let base64 = output(command("node").args(["-e", script]).arg(out.join(WASM)))?;
    let module = format!(
        "const data = \"{base64}\";\n\n{}",
        "/** Compiles the copy of the module that this file holds. */
export default async function compile() {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}
"
    );
    fs::write(out.join("inline.js"), module)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_moved_from_the_repository_into_the_package() {
        let glue = "import { VideoError } from '/pkg/errors.js';\nlet wasm;\n";

        let relocated = relocate_imports(glue).unwrap();

        assert_eq!(relocated, "import { VideoError } from '../errors.js';\nlet wasm;\n");
    }

    #[test]
    fn the_module_is_loaded_by_the_package() {
        let glue = "let wasm;\nasync function __wbg_load() {}\nexport { __wbg_init as default };";

        let left = without_loader(glue).unwrap();

        let exports = "export { __wbg_get_imports as imports, __wbg_finalize_init as start };";
        assert_eq!(left, format!("let wasm;\n{exports}\n"));
        assert!(without_loader("let wasm;").is_err());
    }

    #[test]
    fn imports_are_short_in_the_module_and_in_the_glue() {
        let glue = "{\n  __wbg_now_1: function() {},\n  __wbg_now_12: function() {},\n}";
        let mut names =
            ["__wbg_now_12", "storeOf", "__wbg_now_1", "__wbg_now_12"].map(str::to_owned);

        let short = shorten_imports(glue, names.iter_mut()).unwrap();

        assert_eq!(names, ["i0", "storeOf", "i1", "i0"]);
        assert_eq!(short, "{\n  i1: function() {},\n  i0: function() {},\n}");
        assert!(shorten_imports("{}", ["__wbg_now".to_owned()].iter_mut()).is_err());
    }

    #[test]
    fn exports_are_short_in_the_module_and_in_the_glue() {
        let glue = "wasm.call_leave(a); wasm.call(b, wasm.memory.buffer); wasm.call_leave2();";
        let mut names = ["call", "call_leave", "memory", "unused"].map(str::to_owned);

        let short = shorten_exports(glue, names.iter_mut());

        assert_eq!(names, ["e0", "e1", "e2", "e3"]);
        assert_eq!(short, "wasm.e1(a); wasm.e0(b, wasm.e2.buffer); wasm.call_leave2();");
    }

    #[test]
    fn a_module_is_handed_over_once() {
        let glue = "import * as import1 from '../a.js'\nimport * as import2 from '../a.js'\n\
                    import * as import3 from '../b.js'\n  \"/pkg/a.js\": import1,\n  \
                    \"/pkg/a.js\": import2,\n  \"/pkg/b.js\": import3,\n";
        let merged = "import * as import1 from '../a.js'\nimport * as import3 from '../b.js'\n  \
                      \"/pkg/a.js\": import1,\n  \"/pkg/b.js\": import3,\n";

        assert_eq!(merge_imports(glue), merged);
    }

    #[test]
    fn an_import_that_the_package_does_not_hold_is_an_error() {
        let snippet =
            "import { a } from '/pkg/errors.js';\nimport * as b from './snippets/x.js';\n";

        assert!(relocate_imports(snippet).is_err());
        assert!(relocate_imports("let wasm;\n").is_err());
    }
}
