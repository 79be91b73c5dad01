//! Whose a function is: told by its source file, by its crate, or by the program or library it is in.

use super::super::maps::Mapped;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

/// The program's own functions.
pub(super) const YOURS: &str = "yours";

/// Whose a source file is, where its path tells; and how it is shown.
pub(super) fn of_source(path: &str) -> (Option<String>, String) {
    // std: as the compiler's makers had it, or where rust-src puts it.
    if let Some(rest) = path.strip_prefix("/rustc/") {
        let rest = rest.split_once('/').map_or(rest, |(_, rest)| rest);
        return (Some("std".into()), rest.into());
    }
    if let Some((_, rest)) = path.split_once("/lib/rustlib/src/rust/") {
        return (Some("std".into()), rest.into());
    }
    if let Some(rest) = path.strip_prefix("/rust/deps/") {
        return (Some("std".into()), rest.into());
    }
    // cargo's: …/registry/src/INDEX/NAME-VERSION/…, …/git/checkouts/NAME-HASH/COMMIT/…
    if let Some((_, rest)) = path.split_once("/registry/src/")
        && let Some((_, rest)) = rest.split_once('/')
    {
        let folder = rest.split('/').next().unwrap_or(rest);
        return (Some(without_version(folder).into()), rest.into());
    }
    if let Some((_, rest)) = path.split_once("/git/checkouts/")
        && let [folder, _, inside] = rest.splitn(3, '/').collect::<Vec<_>>()[..]
    {
        let name = folder.rsplit_once('-').map_or(folder, |(name, _)| name);
        return (Some(name.into()), format!("{name}/{inside}"));
    }
    if let Some((_, rest)) = path.split_once("/vendor/") {
        let folder = rest.split('/').next().unwrap_or(rest);
        return (Some(without_version(folder).into()), rest.into());
    }
    let owner = path.ends_with(".rs").then(|| YOURS.into());
    (owner, own(path))
}

/// A file of one's own: from the root of its workspace, or from where we are.
pub(super) fn own(path: &str) -> String {
    thread_local! {
        static ROOTS: RefCell<HashMap<PathBuf, Option<PathBuf>>> = RefCell::default();
    }
    let full = Path::new(path);
    let Some(folder) = full.parent() else {
        return path.into();
    };
    let root = ROOTS.with_borrow_mut(|roots| {
        let root = roots.entry(folder.into());
        root.or_insert_with(|| {
            let mut above = folder.ancestors();
            let workspace = above.find(|folder| folder.join("Cargo.lock").is_file());
            let here = || std::env::current_dir().ok();
            workspace.map(Path::to_owned).or_else(here)
        })
        .clone()
    });
    let inside = root.and_then(|root| Some(full.strip_prefix(root).ok()?.to_owned()));
    without_detours(inside.as_deref().unwrap_or(full))
}

/// `lens/tests/../src/main.rs` is lens/src/main.rs: a module may be named by its path from another folder.
/// Where the folder is a link that is another file, but the link's name is what one would look for.
fn without_detours(path: &Path) -> String {
    let mut short = PathBuf::new();
    for component in path.components() {
        let goes_back = component == Component::ParentDir
            && matches!(short.components().next_back(), Some(Component::Normal(_)));
        if goes_back {
            short.pop();
        } else {
            short.push(component);
        }
    }
    short.to_string_lossy().into_owned()
}

/// `socket2-0.6.5` is socket2.
fn without_version(folder: &str) -> &str {
    let version = folder
        .match_indices('-')
        .find(|(at, _)| folder[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    version.map_or(folder, |(at, _)| &folder[..at])
}

/// The layer of a Rust function without a source file, by the crate its name begins with.
pub(super) fn of_crate(symbol: &str, mapped: &Mapped) -> Option<String> {
    if !symbol.starts_with("_ZN") && !symbol.starts_with("_R") {
        return None;
    }
    let name = format!("{:#}", rustc_demangle::try_demangle(symbol).ok()?);
    let name = name.trim_start_matches(['<', '&', '(', '[']);
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    Some(match &name[..end] {
        "std" | "core" | "alloc" => "std".into(),
        own if is_own(own, mapped) => YOURS.into(),
        other => other.into(),
    })
}

/// Whether the crate has the program's name. (cargo puts a hash behind the names of tests.)
fn is_own(name: &str, mapped: &Mapped) -> bool {
    let program = mapped.file_name().replace('-', "_");
    mapped.is_program
        && program
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// The layer of a function that only its program or library tells of.
pub(super) fn of_file(mapped: &Mapped) -> String {
    let file = mapped.file_name();
    if mapped.is_program && !is_interpreter(file) {
        YOURS.into()
    } else {
        of_library(file)
    }
}

/// The layer of a library.
fn of_library(file: &str) -> String {
    let stem = file.split(".so").next().unwrap_or(file);
    // What a Python extension is called besides its name: `_socket.cpython-311-x86_64-linux-gnu.so`.
    let stem = stem.split_once(".cpython-").map_or(stem, |(stem, _)| stem);
    let stem = stem.strip_suffix(".abi3").unwrap_or(stem);
    match stem {
        "libc" | "libpthread" | "ld" | "ld-linux" | "ld-linux-x86-64" | "ld-linux-aarch64" => {
            "libc".into()
        }
        _ if stem.starts_with("libc-2") => "libc".into(),
        _ if is_interpreter(file) && file.starts_with("java") => "java".into(),
        _ if is_interpreter(file) => stem.trim_start_matches("lib").into(),
        _ => stem.into(),
    }
}

/// Whether a program or library is the loop that runs programs in another language.
pub(super) fn is_interpreter(file: &str) -> bool {
    let python = file.strip_prefix("lib").unwrap_or(file);
    python.starts_with("python") || ["java", "libjvm.so", "libjli.so"].contains(&file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_shown_from_where_they_belong() {
        for (path, owner, shown) in [
            (
                "/rustc/0123/library/std/src/net/tcp.rs",
                Some("std"),
                "library/std/src/net/tcp.rs",
            ),
            (
                "/x/toolchains/stable/lib/rustlib/src/rust/library/core/src/a.rs",
                Some("std"),
                "library/core/src/a.rs",
            ),
            (
                "/rust/deps/hashbrown-0.15.4/src/map.rs",
                Some("std"),
                "hashbrown-0.15.4/src/map.rs",
            ),
            (
                "/x/.cargo/registry/src/index.crates.io-1/socket2-0.6.5/src/socket.rs",
                Some("socket2"),
                "socket2-0.6.5/src/socket.rs",
            ),
            (
                "/x/.cargo/git/checkouts/some-crate-0123/89ab/src/lib.rs",
                Some("some-crate"),
                "some-crate/src/lib.rs",
            ),
            ("/x/vendor/nix/src/lib.rs", Some("nix"), "nix/src/lib.rs"),
            ("/not/there/main.rs", Some(YOURS), "/not/there/main.rs"),
            ("/not/there/main.c", None, "/not/there/main.c"),
            ("main.c", None, "main.c"),
            ("/not/there/../here/main.c", None, "/not/here/main.c"),
            ("../main.c", None, "../main.c"),
            ("", None, ""),
        ] {
            assert_eq!(
                of_source(path),
                (owner.map(str::to_owned), shown.to_owned()),
                "{path}"
            );
        }
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs");
        assert_eq!(of_source(here).1, "crates/stack/src/lib.rs");
    }

    #[test]
    fn libraries_have_short_names() {
        for (file, layer) in [
            ("libc.so.6", "libc"),
            ("libc-2.31.so", "libc"),
            ("ld-linux-x86-64.so.2", "libc"),
            ("_socket.cpython-311-x86_64-linux-gnu.so", "_socket"),
            ("libnio.so", "libnio"),
            ("libssl.so.3", "libssl"),
            ("python3.11", "python3.11"),
            ("libpython3.12.so.1.0", "python3.12"),
            ("nc", "nc"),
        ] {
            assert_eq!(of_library(file), layer, "{file}");
        }
    }
}
