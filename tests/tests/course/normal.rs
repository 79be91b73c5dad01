//! What the normal form guesses of a text, held to a record, which has the text of each call and the values in it.

use std::collections::BTreeSet;

use course_tests::normal::{asked, ports, processes};
use course_tests::{each_scene, not_run, record};
use serde_json::Value;

for_each_step! {
    what_the_kernel_gave_is_what_is_named
}

#[track_caller]
fn what_the_kernel_gave_is_what_is_named(step: &str) {
    each_scene(step, |scene| {
        for play in record(step, &scene.name) {
            if play.is_played() && !play.is_traced() {
                return not_run(
                    &format!("the normal form of {step} {}", scene.name),
                    "nothing is traced here",
                );
            }
            let text = play.text();
            let mut given = Given::default();
            play.events.iter().for_each(|event| given.read(event));
            let named = ports(&text, &asked(&text)).into_keys().collect();
            let ports = given.ports.iter().map(u64::to_string);
            // A port that is in no text of a call cannot be named in it.
            let ports: BTreeSet<String> = ports.filter(|port| text.contains(port)).collect();
            assert_eq!(
                ports,
                named,
                "{}: the ports by the record on the left, by the text on the right\n{text}",
                play.name()
            );
            for process in processes(&text) {
                let is_one = process
                    .parse()
                    .is_ok_and(|id| given.processes.contains(&id));
                play.check(is_one, &format!("{process} is no process of this play"));
            }
        }
    });
}

/// What a record says the kernel gave.
#[derive(Default)]
struct Given {
    ports: BTreeSet<u64>,
    asked: BTreeSet<u64>,
    processes: BTreeSet<u64>,
}

impl Given {
    fn read(&mut self, event: &Value) {
        self.processes.extend(event["process"].as_u64());
        let is_bind = event["name"] == "bind";
        if is_bind {
            for port in ports_in(&event["args"]) {
                if !self.ports.contains(&port) {
                    self.asked.insert(port);
                }
            }
        }
        let told = ports_in(event).into_iter();
        self.ports
            .extend(told.filter(|port| !self.asked.contains(port) && *port != 0));
    }
}

/// The ports of all addresses in a value.
fn ports_in(value: &Value) -> Vec<u64> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("port").and_then(Value::as_u64);
            own.into_iter()
                .chain(fields.values().flat_map(ports_in))
                .collect()
        }
        Value::Array(values) => values.iter().flat_map(ports_in).collect(),
        _ => Vec::new(),
    }
}
