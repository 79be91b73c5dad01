//! What `lessons/course.toml` says of the steps.

use crate::root;

/// Each step's table, in the order of the course.
#[track_caller]
pub fn listed_steps() -> Vec<toml::Table> {
    let path = root().join("lessons/course.toml");
    let text = std::fs::read_to_string(path).expect("there is a list of steps");
    let list: toml::Table = text.parse().expect("the list of steps is TOML");
    let steps = list["step"].as_array().expect("it has steps");
    let table = |step: &toml::Value| step.as_table().expect("a step is a table").clone();
    steps.iter().map(table).collect()
}

/// The text that a key has in it.
#[track_caller]
pub fn word<'a>(step: &'a toml::Table, key: &str) -> &'a str {
    let word = step.get(key).and_then(toml::Value::as_str);
    word.unwrap_or_else(|| panic!("lessons/course.toml: a step has no {key}: {step:?}"))
}

/// The texts of a list in it.
pub fn texts<'a>(step: &'a toml::Table, key: &str) -> Vec<&'a str> {
    let list = step[key].as_array().into_iter().flatten();
    list.filter_map(toml::Value::as_str).collect()
}

/// How long its lesson takes.
#[track_caller]
pub fn minutes(step: &toml::Table) -> i64 {
    let minutes = step.get("minutes").and_then(toml::Value::as_integer);
    minutes.unwrap_or_else(|| panic!("lessons/course.toml: a step has no minutes: {step:?}"))
}

/// The number of a step as one says it: 3 for step03-accept.
#[track_caller]
pub fn number(package: &str) -> usize {
    let number = package.get(4..6).and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("{package} is not named stepNN-…"))
}

/// The lesson of a step, in `lessons`.
pub fn lesson(package: &str) -> String {
    format!("{}.md", package.trim_start_matches("step"))
}
