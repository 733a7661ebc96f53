//! Which module needs which, by the names in their code.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::source::{self, Path, Source};

/// Something in one file that is defined in another.
#[derive(Clone, Debug)]
pub struct Need {
    /// Modules that are files.
    pub from: Path,
    pub to: Path,
    pub file: String,
    pub line: usize,
    /// As it is written there.
    pub what: String,
}

/// All modules of a crate.
pub struct Tree {
    modules: BTreeMap<Path, Module>,
}

struct Module {
    /// The module whose file it is in: itself unless it stands in braces.
    home: Path,
    file: String,
    source: Source,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meaning {
    Module(Path),
    /// A name in a module.
    Item(Path, String),
}

impl Tree {
    /// Reads `lib.rs` and all that it declares; `text` has the text of a file.
    pub fn read(text: &impl Fn(&str) -> Result<String>) -> Result<Self> {
        let mut tree = Self { modules: BTreeMap::new() };
        tree.read_file(text, Path::new())?;
        Ok(tree)
    }

    fn read_file(&mut self, text: &impl Fn(&str) -> Result<String>, path: Path) -> Result<()> {
        let name = if path.is_empty() { "lib".to_owned() } else { path.join("/") };
        let file = format!("{name}.rs");
        let source = text(&file).and_then(|text| source::read(&text));
        let source = source.with_context(|| file.clone())?;
        let children = source.children.clone();
        self.add(&path, &path, &file, source);
        for child in children {
            self.read_file(text, join(&path, &child))?;
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, home: &Path, file: &str, mut source: Source) {
        for (name, inner) in std::mem::take(&mut source.inline) {
            self.add(&join(path, &name), home, file, inner);
        }
        let module = Module { home: home.clone(), file: file.to_owned(), source };
        self.modules.insert(path.clone(), module);
    }

    /// What the files need of each other.
    pub fn needs(&self) -> Vec<Need> {
        let mut needs = Vec::new();
        let methods = self.methods();
        for (path, Module { home, file, source }) in &self.modules {
            let mut add = |to: &Path, line: usize, what: String| {
                let to = self.modules.get(to).map_or(to, |module| &module.home);
                if to != home {
                    let (from, to, file) = (home.clone(), to.clone(), file.clone());
                    needs.push(Need { from, to, file, line, what });
                }
            };
            for import in &source.imports {
                match self.meaning(path, &import.path) {
                    // What is handed on from below is not needed here.
                    Some(Meaning::Item(to, _)) if import.is_public && to.starts_with(path) => {}
                    Some(Meaning::Item(to, _)) => add(&to, import.line, import.path.join("::")),
                    // What is needed of a module is said where it is named.
                    Some(Meaning::Module(to)) if import.name.is_none() && !import.is_public => {
                        add(&to, import.line, format!("{}::*", import.path.join("::")));
                    }
                    _ => {}
                }
            }
            for (name, line) in &source.mentions {
                if let Some(Meaning::Item(to, _) | Meaning::Module(to)) = self.meaning(path, name) {
                    add(&to, *line, name.join("::"));
                }
            }
            for part in &source.impls {
                let Some(of) = self.meaning_or_own(path, &part.of) else {
                    continue;
                };
                for (name, line) in &part.calls {
                    if let Some(to) = methods.get(&(of.clone(), name)) {
                        add(to, *line, format!("self.{name}()"));
                    }
                }
            }
        }
        needs
    }

    /// Where the methods of a type are.
    fn methods(&self) -> BTreeMap<(Meaning, &String), &Path> {
        let mut methods = BTreeMap::new();
        for (path, module) in &self.modules {
            for part in &module.source.impls {
                if let Some(of) = self.meaning_or_own(path, &part.of) {
                    methods.extend(part.methods.iter().map(|name| ((of.clone(), name), path)));
                }
            }
        }
        methods
    }

    fn meaning_or_own(&self, module: &Path, name: &Path) -> Option<Meaning> {
        let own = || match name.as_slice() {
            [name] if self.modules.get(module)?.source.items.contains(name) => {
                Some(Meaning::Item(module.clone(), name.clone()))
            }
            _ => None,
        };
        own().or_else(|| self.meaning(module, name))
    }

    /// What a path in the code of a module stands for, unless it is of another crate.
    fn meaning(&self, module: &Path, name: &Path) -> Option<Meaning> {
        self.meaning_within(module, name, MOST_STEPS)
    }

    fn meaning_within(&self, module: &Path, name: &Path, steps: usize) -> Option<Meaning> {
        let steps = steps.checked_sub(1)?;
        let (first, mut rest) = name.split_first()?;
        let mut found = match first.as_str() {
            "crate" => Meaning::Module(Path::new()),
            "self" => Meaning::Module(module.clone()),
            "super" => Meaning::Module(parent(module)),
            first => self.named(module, first, steps)?,
        };
        while let Meaning::Module(at) = &found
            && let Some((part, others)) = rest.split_first()
        {
            rest = others;
            found = match part.as_str() {
                "super" => Meaning::Module(parent(at)),
                part => self
                    .named(at, part, steps)
                    .unwrap_or_else(|| Meaning::Item(at.clone(), part.to_owned())),
            };
        }
        Some(found)
    }

    /// What a name stands for in a module: an import, a module below, or an item.
    fn named(&self, module: &Path, name: &str, steps: usize) -> Option<Meaning> {
        let child = join(module, name);
        if self.modules.contains_key(&child) {
            return Some(Meaning::Module(child));
        }
        let source = &self.modules.get(module)?.source;
        if source.items.contains(name) {
            return Some(Meaning::Item(module.clone(), name.to_owned()));
        }
        let imported = source.imports.iter().find(|import| import.name.as_deref() == Some(name));
        // `use rand;` names another crate, not itself.
        if let Some(import) = imported.filter(|import| *import.path != [name]) {
            return self.meaning_within(module, &import.path, steps);
        }
        source.imports.iter().filter(|import| import.name.is_none()).find_map(|import| {
            let Meaning::Module(of) = self.meaning_within(module, &import.path, steps)? else {
                return None;
            };
            self.named(&of, name, steps)
        })
    }
}

fn join(path: &Path, name: &str) -> Path {
    path.iter().cloned().chain([name.to_owned()]).collect()
}

fn parent(path: &Path) -> Path {
    path.split_last().map(|(_, rest)| rest.to_vec()).unwrap_or_default()
}

/// Imports of imports; glob imports may go round.
const MOST_STEPS: usize = 16;
