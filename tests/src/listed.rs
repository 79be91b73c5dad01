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

/// The texts of a list in it.
pub fn texts<'a>(step: &'a toml::Table, key: &str) -> Vec<&'a str> {
    let list = step[key].as_array().into_iter().flatten();
    list.filter_map(toml::Value::as_str).collect()
}
