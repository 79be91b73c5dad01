//! The words in which the record of a scene is asked.

use course_tests::Play;
use course_tests::record::{arg, returned};
use serde_json::Value;

pub(crate) const SENDS: &[&str] = &["sendto", "sendmsg", "write", "writev"];
pub(crate) const RECVS: &[&str] = &["recvfrom", "recvmsg", "read", "readv"];
pub(crate) const ACCEPTS: &[&str] = &["accept", "accept4"];

/// Some call fails with this error exactly where it should.
#[track_caller]
pub(crate) fn fails(play: &Play, names: &[&str], errno: &str, expected: bool) {
    let failed = !play.failed(names, errno).is_empty();
    play.check(failed == expected, &format!("{}: {errno}", names[0]));
}

/// What the calls of this name returned, without those that failed or never did.
pub(crate) fn returns(play: &Play, names: &[&str]) -> Vec<i64> {
    play.named(names).into_iter().filter_map(returned).collect()
}

/// The bytes of the calls of this name that did not fail, as text. Of long ones only the beginning.
pub(crate) fn texts(play: &Play, names: &[&str]) -> Vec<String> {
    let calls = play.named(names).into_iter();
    let calls = calls.filter(|call| returned(call).is_some());
    calls
        .map(|call| arg(call, "buf")["text"].as_str().unwrap_or_default())
        .map(str::to_owned)
        .collect()
}

/// Not what a runtime or the resolver does on its own account.
pub(crate) fn own(call: &&Value) -> bool {
    call["by_runtime"] == false
}

/// The layer that it is played in.
pub(crate) fn layer(play: &Play) -> &str {
    play.head["layer"].as_str().unwrap_or_default()
}

/// The addresses of those who were accepted, in figures: accept has them, or getpeername asks for them.
pub(crate) fn callers(play: &Play) -> Vec<&str> {
    let calls = play.named(&[ACCEPTS, &["getpeername"]].concat());
    let addresses = calls.into_iter().map(|call| &arg(call, "addr")["text"]);
    addresses.filter_map(Value::as_str).collect()
}

/// The ports in the addresses of the calls of this name.
pub(crate) fn ports(play: &Play, name: &str) -> Vec<i64> {
    let port = |call: &Value| arg(call, "addr")["port"].as_i64();
    play.named(&[name]).into_iter().filter_map(port).collect()
}

/// The values that the calls of this name have of an option.
pub(crate) fn options(play: &Play, name: &str, option: &str) -> Vec<i64> {
    let calls = play.named(&[name]).into_iter();
    let calls = calls.filter(|call| arg(call, "optname")["name"] == option);
    calls
        .filter_map(|call| arg(call, "optval")["value"].as_i64())
        .collect()
}

/// The descriptors in the control messages of the calls of this name.
pub(crate) fn rights(play: &Play, name: &str) -> Vec<i64> {
    let mut found = Vec::new();
    for call in play.named(&[name]) {
        descriptors(arg(call, "msg"), &mut found);
    }
    found
}

/// How many calls of this name never came back.
pub(crate) fn waits(play: &Play, names: &[&str]) -> usize {
    let calls = play.named(names).into_iter();
    calls.filter(|call| unfinished(call)).count()
}

/// Whether a call never came back.
pub(crate) fn unfinished(call: &Value) -> bool {
    call["outcome"]["type"] == "unfinished"
}

/// Every descriptor that a value names.
pub(crate) fn descriptors(value: &Value, found: &mut Vec<i64>) {
    match value {
        Value::Object(fields) => {
            if value["type"] == "fd" {
                found.extend(value["value"].as_i64());
            }
            fields.values().for_each(|field| descriptors(field, found));
        }
        Value::Array(values) => values.iter().for_each(|value| descriptors(value, found)),
        _ => {}
    }
}
