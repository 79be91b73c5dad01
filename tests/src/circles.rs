//! Which file of a crate leans on which, and where that goes round in a circle.
//!
//! A file leans on another where its own code names something that the other defines: by a `use` line or by a path in
//! the code, from `crate::`, `super::`, `self::`, from a module of its own, or from a module that it has imported.
//! A name that is only passed on leads to the file that defines it: `crate::Scene` is `scene.rs`, whoever re-exports it.
//!
//! - A parent that declares its children and re-exports what they have (`mod x; pub use x::Y;`) does not lean on them by
//!   that. One whose own code uses `Y` does; and where the child uses the parent as well, that is a circle.
//! - Naming a module is not yet leaning on it (`use crate::names;`); what is then taken from it is (`names::name(…)`).
//! - Modules inside a file belong to the file. What is compiled for tests only is not looked at: a test may
//!   build what stands above it.
//!
//! Only names are read. That a method of a type stands in another file than the type is not seen here.

mod modules;
mod names;
mod row;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use modules::Modules;
pub use names::Edge;

/// The circles of a crate: of each, the lines that tie it, one for each two files.
///
/// # Errors
///
/// A file that cannot be read, or a module whose file is not there.
pub fn circles(roots: &[PathBuf]) -> Result<Vec<Vec<Edge>>, String> {
    let mut edges = Vec::new();
    for root in roots {
        edges.extend(names::edges(&Modules::of(root)?));
    }
    edges.sort();
    let mut pairs = BTreeSet::new();
    edges.retain(|edge| pairs.insert((edge.from.clone(), edge.to.clone())));
    Ok(tied(&edges))
}

/// Takes those edges that lie on a circle, circle by circle: files that can be reached from each other.
fn tied(edges: &[Edge]) -> Vec<Vec<Edge>> {
    let mut next: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for edge in edges {
        next.entry(&edge.from).or_default().insert(&edge.to);
    }
    let reached = |from: &Path| {
        let mut found = BTreeSet::new();
        let mut left: Vec<&Path> = vec![from];
        while let Some(file) = left.pop() {
            for to in next.get(file).into_iter().flatten() {
                if found.insert(*to) {
                    left.push(to);
                }
            }
        }
        found
    };
    let mut circles: BTreeMap<BTreeSet<&Path>, Vec<Edge>> = BTreeMap::new();
    for edge in edges {
        let there = reached(&edge.from);
        let circle: BTreeSet<&Path> = there
            .into_iter()
            .filter(|file| reached(file).contains(&*edge.from))
            .collect();
        if circle.contains(&*edge.to) {
            circles.entry(circle).or_default().push(edge.clone());
        }
    }
    circles.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::circles;
    use crate::temp::Temp;

    /// The circles of a crate of these files, each as `FROM:LINE -> TO`.
    #[track_caller]
    fn of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let temp = Temp::new();
        for (name, text) in files {
            let path = temp.path().join(name);
            std::fs::create_dir_all(path.parent().expect("it has a folder"))
                .expect("a folder can be made");
            std::fs::write(path, text).expect("a file can be written");
        }
        let found = circles(&[temp.path().join("lib.rs")]).expect("the crate can be read");
        let name = |path: &std::path::Path| {
            let name = path.strip_prefix(temp.path()).expect("it is in the folder");
            name.display().to_string()
        };
        let line = |edge: &super::Edge| {
            format!("{}:{} -> {}", name(&edge.from), edge.line, name(&edge.to))
        };
        found
            .iter()
            .map(|circle| circle.iter().map(line).collect())
            .collect()
    }

    const PLAIN: &str = "mod a;\nmod b;\n";

    #[test]
    fn two_files_that_use_each_other_are_a_circle() {
        let circle = vec![vec![
            "a.rs:1 -> b.rs".to_owned(),
            "b.rs:2 -> a.rs".to_owned(),
        ]];
        let a = "use crate::b::B;\npub struct A(B);\n";
        let inline = "pub struct B;\nfn f() -> super::a::A { todo!() }\n";
        assert_eq!(
            of(&[("lib.rs", PLAIN), ("a.rs", a), ("b.rs", inline)]),
            circle
        );
        let imported = "pub struct B; use crate::a;\nfn f() -> a::A { todo!() }\n";
        assert_eq!(
            of(&[("lib.rs", PLAIN), ("a.rs", a), ("b.rs", imported)]),
            circle
        );
        let tree = "pub struct B;\nuse {std::fmt, super::{a::{self, A as Other}}};\n";
        assert_eq!(
            of(&[("lib.rs", PLAIN), ("a.rs", a), ("b.rs", tree)]),
            circle
        );
        let one_way = "pub struct B; use ::a::A; // crate::a::A\nconst C: &str = \"crate::a::A\"; use crate::a;\n";
        assert!(of(&[("lib.rs", PLAIN), ("a.rs", a), ("b.rs", one_way)]).is_empty());
        let tests = "pub struct B;\n#[cfg(test)]\nmod tests { use crate::a::A; }\n#[cfg(test)] use crate::a::A;\n";
        assert!(of(&[("lib.rs", PLAIN), ("a.rs", a), ("b.rs", tests)]).is_empty());
    }

    #[test]
    fn a_name_that_is_passed_on_leads_to_who_defines_it() {
        let lib = "mod a;\nmod b;\npub use a::A;\npub use b::*;\n";
        let a = "use crate::B;\npub struct A(B);\n";
        let b = "pub struct B;\nfn f(_: crate::A) {}\n";
        let circle = vec![vec![
            "a.rs:1 -> b.rs".to_owned(),
            "b.rs:2 -> a.rs".to_owned(),
        ]];
        assert_eq!(of(&[("lib.rs", lib), ("a.rs", a), ("b.rs", b)]), circle);
    }

    #[test]
    fn a_parent_that_only_passes_on_does_not_lean() {
        let child = "use super::Own;\npub struct Child(Own);\n";
        let passes = "mod child;\npub(crate) use child::Child;\npub struct Own;\n";
        assert!(
            of(&[
                ("lib.rs", "mod p;"),
                ("p.rs", passes),
                ("p/child.rs", child)
            ])
            .is_empty()
        );
        let circle = vec![vec![
            "p/child.rs:1 -> p.rs".to_owned(),
            "p.rs:2 -> p/child.rs".to_owned(),
        ]];
        let uses = format!("{passes}fn f() -> Child {{ todo!() }}\n");
        assert_eq!(
            of(&[("lib.rs", "mod p;"), ("p.rs", &uses), ("p/child.rs", child)]),
            circle
        );
        let by_path = "mod child;\nfn f() -> child::Child { todo!() }\npub struct Own;\n";
        assert_eq!(
            of(&[
                ("lib.rs", "mod p;"),
                ("p.rs", by_path),
                ("p/child.rs", child)
            ]),
            circle
        );
        let inside = "mod q { use super::child::Child; }\nmod child; pub struct Own;\n";
        assert_eq!(
            of(&[
                ("lib.rs", "mod p;"),
                ("p.rs", inside),
                ("p/child.rs", child)
            ])
            .len(),
            1
        );
    }

    #[test]
    fn a_module_has_a_file_for_each_system() {
        let lib = "mod a;\n#[cfg_attr(not(unix), path = \"other.rs\")]\nmod b;\n";
        let a = "use crate::b::B;\npub struct A(B);\n";
        let b = "pub struct B;\n";
        let other = "pub struct B(crate::a::A);\n";
        let files = [
            ("lib.rs", lib),
            ("a.rs", a),
            ("b.rs", b),
            ("other.rs", other),
        ];
        assert_eq!(of(&files), [["a.rs:1 -> other.rs", "other.rs:1 -> a.rs"]]);
    }

    #[test]
    fn texts_lifetimes_and_comments_are_no_names() {
        let a = "use crate::b::B;\npub struct A(B);\n";
        let b = "pub struct B;\n/// crate::a::A\nfn f<'a>(_: &'a str) { g(\"crate::a::A {\", '{', r#\"}\"#); }\n\
                 fn g(_: crate::a::A) {}\n";
        let found = of(&[("lib.rs", PLAIN), ("a.rs", a), ("b.rs", b)]);
        assert_eq!(found, [["a.rs:1 -> b.rs", "b.rs:4 -> a.rs"]]);
    }
}
