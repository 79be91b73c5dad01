//! From the list of steps in lessons/course.toml: their names for the library, and for the tests of the whole course
//! one module for each step and one test of each question for each step.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

const LIST: &str = "../lessons/course.toml";

fn main() {
    println!("cargo::rerun-if-changed={LIST}");
    let folder = |name| PathBuf::from(env::var_os(name).expect("cargo sets it"));
    let (tests, out) = (folder("CARGO_MANIFEST_DIR"), folder("OUT_DIR"));
    let list = fs::read_to_string(tests.join(LIST)).expect("there is a list of steps");
    // Read by lines: for one key, nothing is worth compiling. A test holds it to what a parser reads.
    let package = |line| str::strip_prefix(line, "package = \"")?.strip_suffix('"');
    let steps: Vec<&str> = list.lines().filter_map(package).collect();
    let write = |name, text| fs::write(out.join(name), text).expect("OUT_DIR can be written to");
    write("list.rs", names(&steps));
    write("steps.rs", tests_of(&steps, &tests.join("tests/steps")));
}

fn names(steps: &[&str]) -> String {
    format!(
        "/// The steps there are, in the order of `lessons/course.toml`.\npub const STEPS: [&str; {}] = {steps:?};\n",
        steps.len()
    )
}

fn tests_of(steps: &[&str], folder: &Path) -> String {
    let (mut modules, mut found, mut tests) = (String::new(), String::new(), String::new());
    for step in steps {
        let name = step.split('-').next().unwrap_or(step);
        let file = folder.join(name).with_extension("rs");
        // Writing to a String cannot fail.
        let _ = writeln!(modules, "#[path = {file:?}] pub(crate) mod {name};");
        let _ = writeln!(found, "{step:?} => &{name}::ASKED,");
        let _ = writeln!(
            tests,
            "#[test] fn {name}() {{ super::$question({step:?}); }}"
        );
    }
    format!(
        "macro_rules! for_each_step {{ ($($question:ident)*) => {{ $(mod $question {{\n{tests}}})* }} }}\n\
         pub(crate) mod steps {{\n{modules}\
         /// What is asked of this step alone.\n\
         pub(crate) fn asked_of(step: &str) -> &'static crate::asked::Asked {{\n\
         match step {{\n{found}_ => panic!(\"the course has no step {{step}}\"),\n}}\n}}\n}}\n"
    )
}
