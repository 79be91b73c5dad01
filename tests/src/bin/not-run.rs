//! Lists what the tests did not run, from the file that they [count](course_tests::skip) it in, and judges it:
//!
//! ```text
//! TESTS_NOT_RUN=$PWD/target/not-run cargo test
//! cargo run -p course-tests --bin not-run -- target/not-run
//! ```
//!
//! Each reason stands once, with what was not run for it. Where `CI` is `true`, the exit status is 1 unless
//! `tests/allowed-to-skip.toml` allows every one of them. A test that passes because it did nothing is then seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use course_tests::root;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file] = args.as_slice() else {
        eprintln!(
            "not-run: type `cargo run -p course-tests --bin not-run -- FILE`, the file of TESTS_NOT_RUN"
        );
        return ExitCode::from(2);
    };
    match judged(Path::new(file)) {
        Ok((list, true)) => {
            print!("{list}");
            ExitCode::SUCCESS
        }
        Ok((list, false)) => {
            print!("{list}");
            match std::env::var("CI").as_deref() {
                Ok("true") => ExitCode::FAILURE,
                _ => ExitCode::SUCCESS,
            }
        }
        Err(error) => {
            eprintln!("not-run: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The list, and whether all of it is allowed.
fn judged(file: &Path) -> Result<(String, bool), String> {
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let allowed = allowed(&read(&root().join("tests/allowed-to-skip.toml"))?)?;
    list(&read(file)?, &allowed)
}

/// One reason that is allowed.
struct Allowed {
    what: String,
    why: String,
    because: String,
}

/// Reads the list of those.
fn allowed(text: &str) -> Result<Vec<Allowed>, String> {
    let wrong = |what: &str| format!("tests/allowed-to-skip.toml: {what}");
    let table: toml::Table = text.parse().map_err(|error| wrong(&format!("{error}")))?;
    if let Some(other) = table.keys().find(|key| *key != "skip") {
        return Err(wrong(&format!("it has {other}, which nobody reads")));
    }
    let entries = table.get("skip").and_then(toml::Value::as_array);
    let read = |entry: &toml::Value| {
        let entry = entry
            .as_table()
            .ok_or_else(|| wrong("a skip is no table"))?;
        if let Some(other) = entry
            .keys()
            .find(|key| !["what", "why", "because"].contains(&key.as_str()))
        {
            return Err(wrong(&format!("a skip has {other}, which nobody reads")));
        }
        let text = |key: &str| {
            entry
                .get(key)
                .and_then(toml::Value::as_str)
                .map(str::to_owned)
        };
        let why = text("why").ok_or_else(|| wrong("a skip has no `why`"))?;
        if why.chars().filter(|c| *c != '*').count() < 3 {
            return Err(wrong(&format!("`why = {why:?}` allows nearly everything")));
        }
        let because = text("because").filter(|because| because.contains(' '));
        Ok(Allowed {
            what: text("what").unwrap_or_else(|| "*".to_owned()),
            because: because.ok_or_else(|| {
                wrong(&format!("{why:?} does not say in words why it is allowed"))
            })?,
            why,
        })
    };
    entries.into_iter().flatten().map(read).collect()
}

/// Who did not run a thing: by the thing, its tests.
type Places<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// Every reason once, those that are not allowed last, and whether there are none of these.
fn list(lines: &str, allowed: &[Allowed]) -> Result<(String, bool), String> {
    let mut good: BTreeMap<(&str, &str), Places<'_>> = BTreeMap::new();
    let mut bad: BTreeMap<&str, Places<'_>> = BTreeMap::new();
    for line in lines.lines() {
        let [test, what, why] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("three fields are not in the line {line:?}"));
        };
        let found = allowed
            .iter()
            .find(|allowed| is_like(&allowed.why, why) && is_like(&allowed.what, what));
        let places = match found {
            Some(allowed) => good.entry((why, &allowed.because)).or_default(),
            None => bad.entry(why).or_default(),
        };
        places.entry(what).or_default().insert(test);
    }
    let mut out = match lines.lines().count() {
        0 => "not run: nothing; every test did its work\n".to_owned(),
        count => format!("not run: {count}, for these reasons\n"),
    };
    for ((why, because), places) in &good {
        out += &format!("  allowed: {why}\n    {because}\n{}", named(places));
    }
    for (why, places) in &bad {
        out += &format!("  NOT ALLOWED: {why}\n{}", named(places));
    }
    if !bad.is_empty() {
        out += &format!(
            "{} of these reasons not in tests/allowed-to-skip.toml: give this machine what it lacks, \
             or say there why it need not have it\n",
            bad.len()
        );
    }
    Ok((out, bad.is_empty()))
}

/// What was not run, a line each, and the tests that say so.
fn named(places: &Places<'_>) -> String {
    let mut out = String::new();
    for (what, tests) in places.iter().take(MOST) {
        let tests: Vec<&str> = tests.iter().take(MOST).copied().collect();
        out += &format!("    - {what} [{}]\n", tests.join(", "));
    }
    if places.len() > MOST {
        out += &format!("    - and {} more\n", places.len() - MOST);
    }
    out
}

/// How much of what was not run for one reason is named.
const MOST: usize = 12;

/// Whether a text is like a pattern, in which `*` stands for anything.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, rest)) => text.strip_prefix(before).is_some_and(|after| {
            let mut starts = after.char_indices().map(|(at, _)| at).chain([after.len()]);
            starts.any(|at| is_like(rest, &after[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{allowed, is_like, judged, list};

    const LIST: &str = r#"
[[skip]]
why = "no chromium*"
because = "nobody needs one"
[[skip]]
what = "* in java"
why = "no java"
because = "nor a virtual machine"
"#;

    #[test]
    fn what_is_not_on_the_list_is_not_allowed() {
        let allowed = allowed(LIST).expect("it is well formed");
        let judge = |lines: &str| list(lines, &allowed).expect("they are well formed");
        assert!(judge("").1);
        let (said, good) = judge("a\tthe page\tno chromium here\nb\tthe page\tno chromium here\n");
        assert!(
            good && said.contains("nobody needs one") && said.contains("the page [a, b]"),
            "{said}"
        );
        let (said, good) = judge("a\tthe page\tno chromium here\na\tstep01 in c\tno java\n");
        assert!(
            !good && said.contains("NOT ALLOWED: no java\n    - step01 in c [a]"),
            "{said}"
        );
        assert!(judge("a\tstep01 in java\tno java\n").1);
        assert!(!judge("a\tstep01 in java\tnothing is traced here\n").1);
        assert!(list("a\tb\n", &allowed).is_err());
    }

    #[test]
    fn a_list_that_allows_too_much_or_says_too_little_is_refused() {
        for wrong in [
            "[[skip]]\nwhy = \"*\"\nbecause = \"it is so\"",
            "[[skip]]\nwhy = \"no java\"",
            "[[skip]]\nwhy = \"no java\"\nbecause = \"\"",
            "[[skip]]\nwhy = \"no java\"\nbecause = \"it is so\"\nwhen = \"always\"",
            "[[skips]]\nwhy = \"no java\"",
        ] {
            assert!(allowed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(is_like("no *", "no java") && is_like("*", "") && is_like("a*c*", "abcd"));
        assert!(!is_like("no *", "not java") && !is_like("a", "ab") && !is_like("a*c", "abcd"));
    }

    #[test]
    fn the_list_of_the_course_is_well_formed() {
        // The counted file is not there; the list is read before it.
        let error = judged("/no/such/file".as_ref()).expect_err("there is no such file");
        assert!(error.starts_with("/no/such/file"), "{error}");
    }
}
