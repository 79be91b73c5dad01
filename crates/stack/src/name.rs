//! Function names as a person writes them.

/// The name behind a symbol: demangled, with its path, without hashes, generics and the compiler's additions.
///
/// `<T as Trait>::f` stays so, with the last names only.
pub(super) fn plain(symbol: &str) -> String {
    let symbol = without_version(symbol);
    if let Ok(name) = rustc_demangle::try_demangle(symbol) {
        return path(&format!("{name:#}"));
    }
    if let Some(name) = native(symbol) {
        return name;
    }
    let symbol = without_clone(symbol);
    nested(symbol).unwrap_or_else(|| symbol.to_owned())
}

/// The name that debug information has for a function that was put into another: Rust has it with its generics.
pub(super) fn of_inlined(name: &str, is_rust: bool) -> String {
    if is_rust && !name.starts_with("_R") && !name.starts_with("_ZN") {
        return path(name);
    }
    plain(name)
}

/// `accept4@@GLIBC_2.10` is `accept4`.
fn without_version(symbol: &str) -> &str {
    match symbol.find('@') {
        Some(at) if at > 0 => &symbol[..at],
        _ => symbol,
    }
}

/// A compiler that splits or copies a function says so behind a dot: `send_all.part.0`, `poll.cold`.
fn without_clone(symbol: &str) -> &str {
    match symbol.find('.') {
        // In a mangled name the dots mean something else.
        Some(at) if at > 0 && !symbol.starts_with("_Z") => &symbol[..at],
        _ => symbol,
    }
}

/// A Java method that is written in C (JNI): `Java_sun_nio_ch_Net_accept` is `sun.nio.ch.Net.accept`.
fn native(symbol: &str) -> Option<String> {
    let name = symbol.strip_prefix("Java_")?;
    // Behind two underscores stand the types of an overloaded method.
    let name = name.split("__").next().unwrap_or(name);
    let name = name.replace("_1", "\u{0}").replace('_', ".");
    (!name.is_empty()).then(|| name.replace('\u{0}', "_"))
}

/// A C++ name that is only a path (`_ZN3Foo3barEv`): `Foo::bar`. All others stay as they are.
fn nested(symbol: &str) -> Option<String> {
    let rest = symbol.strip_prefix("_ZN")?;
    let mut rest = rest.trim_start_matches(['K', 'V']);
    let mut parts = Vec::new();
    while !rest.starts_with('E') {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let length: usize = rest[..digits].parse().ok()?;
        parts.push(rest.get(digits..digits.checked_add(length)?)?);
        rest = &rest[digits + length..];
    }
    (!parts.is_empty()).then(|| parts.join("::"))
}

/// A path of Rust, simplified.
fn path(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in split(text) {
        if let Some(inner) = part
            .strip_prefix('<')
            .and_then(|inner| inner.strip_suffix('>'))
        {
            if let Some((kind, of)) = split_once(inner, " as ") {
                parts.push(format!("<{} as {}>", last(kind), last(of)));
            } else if let Some(kind) = inner.strip_prefix("impl ") {
                let kind = split_once(kind, " for ").map_or(kind, |(_, kind)| kind);
                parts.push(last(kind));
            } else if parts.is_empty() {
                // The newer mangling writes the type of an impl in brackets; else they are generics.
                parts.push(path(inner));
            }
            continue;
        }
        if part.starts_with('{') {
            let word = part.trim_matches(['{', '}']);
            let word = word.split(['#', ':', '.']).next().unwrap_or(word);
            if word == "closure" {
                parts.push("{closure}".into());
            }
            continue;
        }
        let plain = part.split(['<', '{']).next().unwrap_or(part);
        if !plain.is_empty() {
            parts.push(plain.to_owned());
        }
        if part.contains("{{closure}}") && !plain.is_empty() {
            parts.push("{closure}".into());
        }
    }
    if parts.is_empty() {
        return text.to_owned();
    }
    parts.join("::")
}

/// The last name of a type's path, without what it borrows by and what it is made of.
fn last(kind: &str) -> String {
    let kind = kind.trim().trim_start_matches('&');
    let kind = kind.strip_prefix("mut ").unwrap_or(kind);
    if let Some(of) = kind.strip_prefix("dyn ") {
        let first = split_once(of, " + ").map_or(of, |(first, _)| first);
        let first = first.split('(').next().unwrap_or(first);
        return format!("dyn {}", last(first));
    }
    if kind.starts_with(['(', '[', '*']) || kind.starts_with("fn(") {
        return kind.to_owned();
    }
    match split(&path(kind)).last() {
        Some(last) => (*last).to_owned(),
        None => kind.to_owned(),
    }
}

/// The parts between `::`, but not those inside brackets.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((part, behind)) = split_once(rest, "::") {
        parts.push(part);
        rest = behind;
    }
    parts.push(rest);
    parts
}

/// Splits at the first separator that stands in no bracket.
fn split_once<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if depth == 0 && text[at..].starts_with(separator) {
            return Some((&text[..at], &text[at + separator.len()..]));
        }
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            // The arrow of a function's type closes nothing.
            '>' if before == '-' => {}
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_a_person_writes_them() {
        for (symbol, name) in [
            ("accept4", "accept4"),
            ("accept4@@GLIBC_2.10", "accept4"),
            ("send_all.part.0", "send_all"),
            ("_ZN3Foo3barEv", "Foo::bar"),
            ("_ZNK3Foo3barEi", "Foo::bar"),
            ("_ZN3FooC1Ev", "_ZN3FooC1Ev"),
            ("_ZN99999999999999999999E", "_ZN99999999999999999999E"),
            (
                "_ZN3std3net3tcp11TcpListener6accept17h0123456789abcdefE",
                "std::net::tcp::TcpListener::accept",
            ),
            (
                "_ZN58_$LT$std..net..tcp..TcpStream$u20$as$u20$std..io..Read$GT$4read17h0123456789abcdefE",
                "<TcpStream as Read>::read",
            ),
            (
                "_ZN5step06server28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE",
                "step0::server::{closure}",
            ),
            (
                "_RNvMNtNtCsabc_3std3net3tcpNtB2_11TcpListener6accept",
                "std::net::tcp::TcpListener::accept",
            ),
            ("Java_sun_nio_ch_Net_accept", "sun.nio.ch.Net.accept"),
            ("Java_a_B_of_1two__I", "a.B.of_two"),
            ("Java_", "Java_"),
            ("", ""),
            ("@", "@"),
            (".", "."),
        ] {
            assert_eq!(plain(symbol), name, "{symbol}");
        }
    }

    #[test]
    fn paths_lose_their_generics_only() {
        for (path_, name) in [
            ("cvt_r<i32, std::sys::{closure_env#0}>", "cvt_r"),
            (
                "<core::result::Result<T, E>>::map::<U, fn(T) -> U>",
                "core::result::Result::map",
            ),
            ("core::str::<impl str>::len", "core::str::str::len"),
            ("a::{impl#3}::f", "a::f"),
            ("a::f::{closure#0}", "a::f::{closure}"),
            ("a::f{{closure}}", "a::f::{closure}"),
            (
                "<&mut F as core::ops::function::FnOnce<A>>::call_once",
                "<F as FnOnce>::call_once",
            ),
            (
                "<alloc::boxed::Box<dyn a::B> as core::ops::FnOnce<()>>::call_once",
                "<Box as FnOnce>::call_once",
            ),
            ("<(A, B) as a::C>::f", "<(A, B) as C>::f"),
            (
                "<&dyn core::ops::function::Fn() -> i32 + core::marker::Sync as core::ops::FnOnce<()>>::call_once",
                "<dyn Fn as FnOnce>::call_once",
            ),
            ("<<<", "<<<"),
            (">>::", ">>"),
        ] {
            assert_eq!(path(path_), name, "{path_}");
        }
    }
}
