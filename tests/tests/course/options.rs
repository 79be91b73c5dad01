//! Step 8's table of options: every name that a layer has for an option leads to that option in the kernel.

use course_tests::record::parse;
use course_tests::scenes::LAYERS;
use course_tests::{not_run, run};
use serde_json::Value;

const STEP: &str = "step08-options";

/// The rows of the table are said in the order in which they were read.
/// So the n-th row and the n-th getsockopt must speak of the same option.
#[test]
fn names_lead_to_their_options() {
    for layer in LAYERS {
        let output = run(STEP, &["defaults", "--layer", layer, "--json"]).exits(0);
        let plays = parse(&output.stdout).expect("JSON lines");
        let [play] = &plays[..] else {
            panic!("{layer}: {} plays instead of one", plays.len());
        };
        if !play.is_traced() {
            return not_run("the names of options", "nothing is traced here");
        }
        let asked: Vec<&str> = play
            .named(&["getsockopt"])
            .into_iter()
            .map(option)
            .collect();
        let said: Vec<&str> = play.events.iter().filter_map(row).collect();
        assert!(asked.len() >= 9, "{layer}: {asked:?}");
        assert_eq!(asked, said, "{layer}: what was asked and what was said");
    }
}

/// The option's name in a call.
fn option(call: &Value) -> &str {
    let args = call["args"].as_array().into_iter().flatten();
    let mut names = args.filter(|arg| arg["name"] == "optname");
    let name = names.next().and_then(|arg| arg["value"]["name"].as_str());
    name.unwrap_or("?")
}

/// The option's name in a row of the table: the first of several words, and no level's.
fn row(event: &Value) -> Option<&str> {
    let text = (event["what"] == "said").then(|| event["text"].as_str())??;
    let (name, rest) = text.split_once(' ')?;
    let is_level = name == "SOL_SOCKET" || name.starts_with("IPPROTO_");
    (rest.starts_with(' ') && name.contains('_') && !is_level).then_some(name)
}
