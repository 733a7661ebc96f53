//! Modules of the server that need each other: there are none.
//!
//! A module needs another one when its code names something that is defined there, by whichever
//! way it got the name. In each folder these needs have a direction, taken with all that is below;
//! the file that a folder belongs to (`store.rs` beside `store/`) is one more of its modules. What it
//! only hands on (`pub use`) it does not need. A method that is called on `self` is needed where it is
//! defined. Tests may need what they like.

mod needs;
mod source;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt, fs,
};

use anyhow::{Context, Result, bail};

use crate::shell::root;
use needs::{Need, Tree};
use source::Path;

/// The crate that is looked at.
const SERVER: &str = "server/src";

/// Modules that need nothing of each other, so that the SFU can become a process of its own.
const APART: [[&str; 2]; 3] = [["coordinator", "sfu"], ["http", "sfu"], ["store", "sfu"]];

/// Fails when modules of the server need each other, and says where.
pub fn check() -> Result<()> {
    let text = |file: &str| {
        let path = root().join(SERVER).join(file);
        fs::read_to_string(&path).with_context(|| path.display().to_string())
    };
    let tree = Tree::read(&text)?;
    let mut bad: Vec<_> = cycles(&tree).iter().map(ToString::to_string).collect();
    for pair in APART {
        bad.extend(between(&tree, pair).iter().map(ToString::to_string));
    }
    if !bad.is_empty() {
        bail!("modules need each other:\n{}", bad.join("\n"));
    }
    Ok(())
}

/// Modules of one folder that need each other in turn, and why each the next.
#[derive(Debug)]
struct Cycle {
    folder: Path,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    from: Path,
    to: Path,
    why: Need,
}

/// One cycle for each need that is part of some.
fn cycles(tree: &Tree) -> Vec<Cycle> {
    let mut folders = BTreeMap::<Path, BTreeMap<(Path, Path), Need>>::new();
    for need in tree.needs() {
        let (folder, from, to) = in_common_folder(&need.from, &need.to);
        folders.entry(folder).or_default().entry((from, to)).or_insert(need);
    }
    let mut found = Vec::new();
    for (folder, needs) in folders {
        let mut seen = BTreeSet::new();
        for (from, to) in needs.keys() {
            let Some(way) = shortest_way(&needs, to, from) else {
                continue;
            };
            // The same cycle is found from each of its modules.
            let modules: BTreeSet<_> = way.iter().cloned().collect();
            if !seen.insert(modules) {
                continue;
            }
            let ends = way.iter().cycle().skip(1);
            let steps = way.iter().zip(ends).filter_map(|(from, to)| {
                let why = needs.get(&(from.clone(), to.clone()))?.clone();
                Some(Step { from: from.clone(), to: to.clone(), why })
            });
            found.push(Cycle { folder: folder.clone(), steps: steps.collect() });
        }
    }
    found
}

/// What two modules, and all below them, need of each other.
fn between(tree: &Tree, [one, other]: [&str; 2]) -> Vec<Step> {
    let steps = tree.needs().into_iter().map(|why| {
        let (_, from, to) = in_common_folder(&why.from, &why.to);
        Step { from, to, why }
    });
    let are = |step: &Step, from: &str, to: &str| step.from == [from] && step.to == [to];
    steps.filter(|step| are(step, one, other) || are(step, other, one)).collect()
}

/// The folder in which two modules are, or what they are below, and their ancestors in it.
fn in_common_folder(from: &Path, to: &Path) -> (Path, Path, Path) {
    let common = from.iter().zip(to).take_while(|(one, other)| one == other).count();
    let in_folder = |path: &Path| path.iter().take(common + 1).cloned().collect();
    (from.iter().take(common).cloned().collect(), in_folder(from), in_folder(to))
}

/// The modules from one to another, both included.
fn shortest_way(needs: &BTreeMap<(Path, Path), Need>, from: &Path, to: &Path) -> Option<Vec<Path>> {
    let mut before = BTreeMap::from([(from, None)]);
    let mut waiting = VecDeque::from([from]);
    while let Some(module) = waiting.pop_front() {
        if module == to {
            let way = std::iter::successors(Some(module), |module| *before.get(module)?);
            let mut way: Vec<_> = way.cloned().collect();
            way.reverse();
            return Some(way);
        }
        for (_, next) in needs.keys().filter(|(from, _)| from == module) {
            before.entry(next).or_insert_with(|| {
                waiting.push_back(next);
                Some(module)
            });
        }
    }
    None
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder =
            if self.folder.is_empty() { "the crate".into() } else { self.folder.join("/") };
        write!(f, "  in {folder}:")?;
        self.steps.iter().try_for_each(|step| write!(f, "\n  {step}"))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from.join("/"), self.to.join("/"));
        let Need { file, line, what, .. } = &self.why;
        write!(f, "  {from} needs {to}: {SERVER}/{file}:{line} {what}")
    }
}

#[cfg(test)]
mod tests;
