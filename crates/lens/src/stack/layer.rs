//! From addresses to frames: whose a function is, and whether it explains anything.

use super::java;
use super::maps::{Code, Mapped};
use super::name;
use super::python::{self, Called};
use super::symbols::{self, Found};
use super::walk::Walk;
use crate::event::{Frame, Noise, Stack};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The program's own functions.
const YOURS: &str = "yours";

/// The frames of a stack, outermost first.
pub(super) fn stack(walk: &Walk) -> Stack {
    let mut frames = Vec::new();
    let mut generated = false;
    let mut python = walk.python.iter();
    let mut java = walk.java.iter().peekable();
    // From the innermost outwards: what lies outside generated code that could not be followed is of no interest either.
    for (at, &address) in walk.addresses.iter().enumerate() {
        while let Some((_, called)) = java.next_if(|(place, _)| *place <= at) {
            frames.extend(from_java(called));
        }
        let Some(code) = walk.maps.find(address) else {
            continue;
        };
        let mut here = functions(code, address);
        generated |= code.file.is_none();
        for frame in &mut here {
            if generated {
                frame.noise = Some(Noise::Generated);
            }
        }
        // Each run of the interpreter's loop runs Python functions, up to the one it was entered with.
        if here.iter().any(|frame| frame.function == python::LOOP) {
            for called in python.by_ref() {
                frames.push(from_python(called));
                if called.is_entry {
                    break;
                }
            }
        }
        frames.extend(here.into_iter().rev());
    }
    frames.extend(java.flat_map(|(_, called)| from_java(called)));
    // Those whose loop lies further out than the stack could be followed.
    frames.extend(python.map(from_python));
    frames.reverse();
    mark_start(&mut frames, walk.whole);
    Stack {
        frames,
        whole: walk.whole,
    }
}

/// A Python function. A module's own lines are called `<module>`, as Python does in a traceback.
fn from_python(called: &Called) -> Frame {
    let path = &called.code.file;
    let library = path
        .split_once("/lib/python3.")
        .and_then(|(_, rest)| rest.split_once('/'));
    let packages = ["site-packages/", "dist-packages/"];
    let (layer, file) = match library {
        _ if path.starts_with('<') => ("python".to_owned(), path.clone()),
        Some((_, rest)) => {
            let package = packages.iter().find_map(|folder| rest.strip_prefix(folder));
            match package {
                Some(rest) => {
                    let name = rest.split('/').next().unwrap_or(rest);
                    (name.trim_end_matches(".py").to_owned(), rest.to_owned())
                }
                None => ("python".to_owned(), rest.to_owned()),
            }
        }
        None => (YOURS.to_owned(), own(path)),
    };
    // How modules are found is the interpreter's own affair, written in Python; so is what runs `-c` and `-m`.
    let of_thread = ["Thread._bootstrap", "Thread._bootstrap_inner", "Thread.run"];
    let noise = match &file[..] {
        "threading.py" if of_thread.contains(&&called.code.name[..]) => Some(Noise::Start),
        _ => path.starts_with("<frozen ").then_some(Noise::Interpreter),
    };
    Frame {
        function: called.code.name.clone(),
        layer,
        file: Some(file),
        line: called.line(),
        inlined: false,
        noise,
    }
}

/// Java methods that call each other, innermost first. The class stands in front without its package, which
/// the file's folder tells.
fn from_java(called: &[java::Called]) -> Vec<Frame> {
    let mut frames: Vec<Frame> = called.iter().map(of_method).collect();
    // What starts a thread or a program, and calls the first method of one's own.
    let starts = frames.iter().rev().zip(called.iter().rev());
    let starts = starts.take_while(|(_, called)| {
        let class = &called.method.class[..];
        let folders = [
            "com/sun/tools/javac/launcher/",
            "java/lang/invoke/",
            "jdk/internal/reflect/",
            "jdk/internal/vm/",
        ];
        let classes = [
            "java/lang/reflect/Method",
            "java/lang/Thread",
            "java/lang/VirtualThread",
        ];
        folders.iter().any(|folder| class.starts_with(folder)) || classes.contains(&class)
    });
    let start = frames.len() - starts.count();
    for frame in &mut frames[start..] {
        frame.noise = Some(Noise::Start);
    }
    frames
}

fn of_method(called: &java::Called) -> Frame {
    let method = &called.method;
    // A class that the JVM makes has an address in its name.
    let class = method.class.split('+').next().unwrap_or(&method.class);
    let (folder, class_name) = class.rsplit_once('/').unwrap_or(("", class));
    let own_folders = ["java/", "javax/", "jdk/", "sun/", "com/sun/"];
    let is_jdk = own_folders.iter().any(|own| class.starts_with(own));
    // What calls a lambda or a method handle is made by the JVM, or stands for such.
    let is_made = class_name.contains("$$Lambda") || folder == "java/lang/invoke";
    let file = method.file.as_ref().map(|file| match folder {
        "" => file.clone(),
        folder => format!("{folder}/{file}"),
    });
    Frame {
        function: format!("{class_name}.{}", method.name),
        layer: if is_jdk { "java" } else { YOURS }.to_owned(),
        line: called.line(),
        file,
        inlined: called.inlined,
        noise: is_made.then_some(Noise::Glue),
    }
}

/// The functions at one address, outermost first.
fn functions(code: &Code, address: u64) -> Vec<Frame> {
    let Some(mapped) = code.file.as_deref() else {
        return vec![Frame {
            function: "?".into(),
            layer: "generated".into(),
            file: None,
            line: None,
            inlined: false,
            noise: Some(Noise::Generated),
        }];
    };
    let library = mapped.path.rsplit('/').next().unwrap_or(&mapped.path);
    let symbols = symbols::of(mapped);
    let place = symbols
        .as_ref()
        .and_then(|symbols| Some((symbols, address.wrapping_sub(symbols.bias(code)?))));
    let (found, in_file) = match place {
        Some((symbols, place)) => (symbols.functions(place), place),
        // No file to look into: its place is where in it the address was mapped from.
        None => {
            let place = (address - code.range.start).wrapping_add(code.offset);
            (vec![Found::default()], place)
        }
    };
    let unnamed = || format!("{library}+{in_file:#x}");
    let frames = found.into_iter().map(|found| {
        let is_rust = found
            .file
            .as_deref()
            .is_some_and(|file| file.ends_with(".rs"));
        let function = match &found.name {
            Some(name) if found.inlined => name::of_inlined(name, is_rust),
            Some(name) => name::plain(name),
            None => unnamed(),
        };
        let (owner, file) = match &found.file {
            Some(file) => {
                let (owner, file) = source(file);
                (owner, Some(file))
            }
            None => (None, None),
        };
        let layer = owner
            .or_else(|| of_crate(found.name.as_deref()?, mapped))
            .unwrap_or_else(|| {
                if mapped.is_program && !is_interpreter(library) {
                    YOURS.into()
                } else {
                    of_library(library)
                }
            });
        let noise = noise(&function, &layer, library);
        Frame {
            function,
            layer,
            file,
            line: found.line,
            inlined: found.inlined,
            noise,
        }
    });
    frames.collect()
}

/// Whose a source file is, where its path tells; and how it is shown.
fn source(path: &str) -> (Option<String>, String) {
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
fn own(path: &str) -> String {
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
    inside.map_or_else(
        || path.to_owned(),
        |inside| inside.to_string_lossy().into_owned(),
    )
}

/// `socket2-0.6.5` is socket2.
fn without_version(folder: &str) -> &str {
    let version = folder
        .match_indices('-')
        .find(|(at, _)| folder[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    version.map_or(folder, |(at, _)| &folder[..at])
}

/// The layer of a Rust function without a source file, by the crate its name begins with.
fn of_crate(symbol: &str, mapped: &Mapped) -> Option<String> {
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
    let program = mapped.path.rsplit('/').next().unwrap_or_default();
    let program = program.replace('-', "_");
    mapped.is_program
        && program
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
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
fn is_interpreter(file: &str) -> bool {
    let python = file.strip_prefix("lib").unwrap_or(file);
    python.starts_with("python") || ["java", "libjvm.so", "libjli.so"].contains(&file)
}

/// Why a function explains nothing, as far as its name tells.
fn noise(function: &str, layer: &str, library: &str) -> Option<Noise> {
    if is_interpreter(library) {
        return Some(Noise::Interpreter);
    }
    match layer {
        "std" => {
            let start = [
                "std::rt::",
                "std::thread::",
                "std::sys::thread::",
                "std::sys::pal::unix::thread::",
            ];
            let glue = [
                "std::panic::",
                "std::panicking::",
                "std::sys::backtrace::",
                "core::ops::function::",
                "core::panic::",
            ];
            if start.iter().any(|path| function.starts_with(path)) {
                Some(Noise::Start)
            } else if glue.iter().any(|path| function.starts_with(path))
                || ["call_once", "call_mut", "call"]
                    .iter()
                    .any(|end| function.ends_with(&format!(">::{end}")))
            {
                Some(Noise::Glue)
            } else {
                None
            }
        }
        "libc" => {
            let start = [
                "__libc_start_main",
                "__libc_start_call_main",
                "_start",
                "start_thread",
                "clone",
                "clone3",
                "__clone",
                "__clone3",
            ];
            start.contains(&function).then_some(Noise::Start)
        }
        _ => (function == "_start" || function == "__rust_try").then_some(Noise::Start),
    }
}

/// Whatever lies outside the start of a program or thread is part of that start, also where it has no name
/// (what calls main in glibc is not exported); and so is the C `main` that Rust's runtime is called from.
fn mark_start(frames: &mut [Frame], whole: bool) {
    let is_start = |frame: &Frame| {
        frame.noise == Some(Noise::Start) && !["python", "java"].contains(&&frame.layer[..])
    };
    let inner = match frames.iter().rposition(is_start) {
        Some(last) => last + 1,
        // Of a thread's start a stripped C library names nothing.
        None if whole => 0,
        None => return,
    };
    let rest = frames[inner..].iter();
    let unnamed = rest.take_while(|frame| frame.layer == "libc" && frame.function.contains('+'));
    let outer = inner + unnamed.count();
    for frame in &mut frames[..outer] {
        frame.noise.get_or_insert(Noise::Start);
    }
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
            ("", None, ""),
        ] {
            assert_eq!(
                source(path),
                (owner.map(str::to_owned), shown.to_owned()),
                "{path}"
            );
        }
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs");
        assert_eq!(source(here).1, "crates/lens/src/lib.rs");
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
