//! Where the names that a module uses are defined.

use std::path::PathBuf;

use super::modules::{Modules, Named};

/// One file that leans on another, and the line by which it does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The file that leans.
    pub from: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The path that stands there.
    pub by: String,
    /// The file it leads to.
    pub to: PathBuf,
}

impl std::fmt::Display for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (from, to) = (self.from.display(), self.to.display());
        write!(f, "{from}:{}: `{}` is in {to}", self.line, self.by)
    }
}

/// Every line by which a file leans on another.
pub(super) fn edges(modules: &Modules) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (index, module) in modules.all.iter().enumerate() {
        let mut lean = |path: &Named, on: usize| {
            if modules.all[on].file != module.file {
                edges.push(Edge {
                    from: module.file.clone(),
                    line: path.line,
                    by: path.segments.join("::"),
                    to: modules.all[on].file.clone(),
                });
            }
        };
        for using in &module.uses {
            for target in find(modules, index, &using.path.segments, 0) {
                let (on, names) = match target {
                    Target::Item(on) => (on, vec![&using.name]),
                    Target::Module(on) if using.name == "*" => {
                        (on, modules.all[on].defines.iter().collect())
                    }
                    Target::Module(_) => continue,
                };
                let only_passes = using.passes_on
                    && is_below(modules, on, index)
                    && !names.iter().any(|name| module.names.contains(*name));
                if !only_passes {
                    lean(&using.path, on);
                }
            }
        }
        for path in &module.paths {
            for target in find(modules, index, &path.segments, 0) {
                if let Target::Item(on) = target {
                    lean(path, on);
                }
            }
        }
    }
    edges
}

/// Where a path leads.
enum Target {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
}

fn is_below(modules: &Modules, module: usize, other: usize) -> bool {
    let mut above = Some(module);
    std::iter::from_fn(|| {
        let now = above?;
        above = modules.all[now].parent;
        Some(now)
    })
    .any(|now| now == other)
}

/// Where a path leads from a module; nowhere in this crate where it is another's.
fn find(modules: &Modules, from: usize, path: &[String], steps: usize) -> Vec<Target> {
    let [first, rest @ ..] = path else {
        return vec![Target::Module(from)];
    };
    // Two modules that import all of each other.
    if steps > 20 {
        return Vec::new();
    }
    match first.as_str() {
        "crate" => inside(modules, 0, rest, steps),
        "self" => inside(modules, from, rest, steps),
        "super" => match modules.all[from].parent {
            Some(parent) if rest.first().is_some_and(|next| next == "super") => {
                find(modules, parent, rest, steps)
            }
            Some(parent) => inside(modules, parent, rest, steps),
            None => Vec::new(),
        },
        _ if has(modules, from, first) => inside(modules, from, path, steps),
        _ => Vec::new(),
    }
}

/// Whether a module has a child of this name, or a name by a `use` line. Its own items are no news.
fn has(modules: &Modules, module: usize, name: &str) -> bool {
    let module = &modules.all[module];
    module.children.iter().any(|(child, _)| child == name)
        || module.uses.iter().any(|using| using.name == name)
}

/// Where a path leads that begins in a module.
fn inside(modules: &Modules, module: usize, path: &[String], steps: usize) -> Vec<Target> {
    let [name, rest @ ..] = path else {
        return vec![Target::Module(module)];
    };
    let here = &modules.all[module];
    let is_own = here.defines.contains(name);
    if is_own && rest.is_empty() {
        return vec![Target::Item(module)];
    }
    let by_child = || {
        let children = here.children.iter().filter(|(child, _)| child == name);
        children
            .flat_map(|(_, child)| inside(modules, *child, rest, steps + 1))
            .collect::<Vec<_>>()
    };
    let uses = || {
        here.uses
            .iter()
            .filter(|using| using.name == *name && using.path.segments != [name.clone()])
    };
    let by_use = || {
        let wholes = uses().map(|using| [&using.path.segments[..], rest].concat());
        wholes
            .flat_map(|whole| find(modules, module, &whole, steps + 1))
            .collect::<Vec<_>>()
    };
    // A name may stand for a module and for an item. What goes on behind it is the module's.
    let (mut found, other): (_, &dyn Fn() -> Vec<Target>) = match rest.is_empty() {
        true => (by_use(), &by_child),
        false => (by_child(), &by_use),
    };
    if found.is_empty() {
        found = other();
    }
    // Another crate's, also where a child passes it on; or one's own: a type's function, a variant.
    let is_child = here.children.iter().any(|(child, _)| child == name);
    if !found.is_empty() || is_child || uses().next().is_some() {
        return found;
    }
    for using in here
        .uses
        .iter()
        .filter(|using| using.name == "*" && !is_own)
    {
        for target in find(modules, module, &using.path.segments, steps + 1) {
            if let Target::Module(from) = target
                && from != module
                && (modules.all[from].defines.contains(name) || has(modules, from, name))
            {
                found.extend(inside(modules, from, path, steps + 1));
            }
        }
    }
    if found.is_empty() {
        found.push(Target::Item(module));
    }
    found
}
