//! What each layer adds to the raw call, worked out from what reached the kernel.

use record::event::{Call, Value};

use crate::play::is_called;

/// What these calls have that the raw layer's calls do not have. Empty when they are the same.
pub(crate) fn added(raw: &[&Call], other: &[&Call]) -> Vec<String> {
    let mut found = Vec::new();
    let mut more = Vec::new();
    let mut partner = vec![None; raw.len()];
    for (index, call) in other.iter().enumerate() {
        let free = (0..raw.len()).find(|r| partner[*r].is_none() && same_call(raw[*r], call));
        match free {
            Some(r) => {
                partner[r] = Some(index);
                found.extend(differences(raw[r], call));
            }
            None => more.push(call.to_string()),
        }
    }
    match more.as_slice() {
        [] => {}
        [call] => found.push(format!("one more call: {call}")),
        calls => found.push(format!("{} more calls: {}", calls.len(), calls.join(", "))),
    }
    for (call, partner) in raw.iter().zip(&partner) {
        if partner.is_none() {
            found.push(format!("no {}", call.name));
        }
    }
    found
}

/// Which calls of a guest are its taught ones.
///
/// A guest has no brackets around the call that is taught, so it is found by what the libc layer made inside its
/// brackets (`raw`), and in the same actor besides (`reference`): the guest is the same program in another language.
///
/// - The taught calls are the first of the guest's calls that are of the families of `raw`, in that order
///   (`accept4` for `accept`, `write` for `send`), with everything in between.
/// - A call just before or just after them is the language's own where the libc program makes no such call,
///   or not as often. It counts where it serves the taught call: a question about a name or a flag
///   (`getsockname`, `fcntl`) belongs to the call before it, anything else (`setsockopt`, `poll`, `shutdown`)
///   to the one after it, as long as that is about the same descriptor.
pub(crate) fn taught_in_guest<'a>(
    raw: &[&Call],
    reference: &[&Call],
    guest: &[&'a Call],
) -> Vec<&'a Call> {
    let mut anchors = Vec::new();
    for call in raw {
        let from = anchors.last().map_or(0, |last| last + 1);
        anchors.extend((from..guest.len()).find(|index| same_call(call, guest[*index])));
    }
    let (Some(&first), Some(&last)) = (anchors.first(), anchors.last()) else {
        return Vec::new();
    };
    let is = |one: &Call, other: Option<&&Call>| other.is_some_and(|o| std::ptr::eq(one, *o));
    let mut calls = reference.iter().copied();
    let mut others: Vec<&Call> = Vec::new();
    others.extend(calls.by_ref().take_while(|call| !is(call, raw.first())));
    let own = languages_own(&mut others, guest[..first].iter());
    let before = guest[..first - own].last().copied();
    let start = (first - own..first).find(|index| {
        let rest = &guest[*index..first];
        let first = Some(guest[first]);
        rest.iter()
            .all(|call| serves(call, before, first) == Some(Serves::After))
    });
    others.extend(calls.filter(|call| !raw.iter().any(|raw| is(call, Some(raw)))));
    let rest = &guest[last + 1..];
    let own = languages_own(&mut others, rest.iter().rev());
    let after = rest.get(own).copied();
    let end = rest[..own]
        .iter()
        .take_while(|call| serves(call, Some(guest[last]), after) == Some(Serves::Before));
    guest[start.unwrap_or(first)..=last + end.count()].to_vec()
}

/// How many of the guest's calls that are nearest to the taught ones the libc program does not make.
/// The guest's calls are given from the far end inwards; who finds its like in the libc program's takes it away.
fn languages_own<'a>(libc: &mut Vec<&Call>, guest: impl Iterator<Item = &'a &'a Call>) -> usize {
    let mut own = 0;
    for call in guest {
        match libc.iter().position(|other| same_call(other, call)) {
            Some(index) => {
                libc.remove(index);
                own = 0;
            }
            None => own += 1,
        }
    }
    own
}

#[derive(PartialEq)]
enum Serves {
    Before,
    After,
}

/// Which of its two neighbours a call of the language's own serves, if it is about the same socket as either.
fn serves(call: &Call, before: Option<&Call>, after: Option<&Call>) -> Option<Serves> {
    let number = call.descriptor().map(i64::from);
    let waits = is_called(call, "poll");
    let is_about = |other: &Call| waits || other.descriptor().map(i64::from) == number;
    let made = |other: &Call| {
        (other.name == "socket" || is_called(other, "accept")) && other.returned() == number
    };
    if number.is_none() && !waits {
        return None;
    }
    let before = before.is_some_and(|before| is_about(before) || made(before));
    let asks = matches!(&*call.name, "getsockname" | "getpeername" | "fcntl");
    if !asks && after.is_some_and(is_about) {
        return Some(Serves::After);
    }
    before.then_some(Serves::Before)
}

fn same_call(raw: &Call, call: &Call) -> bool {
    // Another option of the same socket is another question.
    let same = |name| raw.arg(name) == call.arg(name);
    let same_option = || same("level") && same("optname");
    ["accept", "send", "recv", "poll"]
        .iter()
        .any(|name| is_called(raw, name) && is_called(call, name))
        || raw.name == call.name && same_option()
}

fn differences(raw: &Call, call: &Call) -> Vec<String> {
    let mut found = Vec::new();
    if raw.name != call.name {
        found.push(format!("{} for {}", call.name, raw.name));
    }
    for arg in &call.args {
        let before = raw.arg(arg.name);
        let names = names(&arg.value);
        if !names.is_empty() {
            let had = before.map(self::names).unwrap_or_default();
            found.extend(
                names
                    .iter()
                    .filter(|name| !had.contains(name))
                    .map(|name| format!("+{name}")),
            );
            found.extend(
                had.iter()
                    .filter(|name| !names.contains(name))
                    .map(|name| format!("-{name}")),
            );
            continue;
        }
        match (before, &arg.value) {
            (Some(before), Value::Null) if *before != Value::Null => {
                found.push(format!("{} NULL", arg.name))
            }
            (Some(Value::Int(before)), Value::Int(now)) if before != now => {
                found.push(format!("{} {now} (libc: {before})", arg.name));
            }
            _ => {}
        }
    }
    found
}

/// The constants a value is written with: a set of flags, or one name.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::Flags { names, .. } => names.iter().map(ToString::to_string).collect(),
        Value::Name { name, .. } => vec![name.to_string()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use record::event::{Arg, Outcome, Who};

    use super::*;

    fn call(name: &'static str, args: Vec<(&'static str, Value)>) -> Call {
        let args = args.into_iter().map(|(name, value)| Arg { name, value });
        Call {
            who: Who {
                process: 1,
                thread: 1,
            },
            name: Cow::Borrowed(name),
            entered: 0,
            left: Some(1),
            args: args.collect(),
            outcome: Outcome::Returned(0),
            ends: None,
            by_runtime: false,
            stack: None,
            kernel: None,
        }
    }

    fn flags(names: &[&'static str]) -> Value {
        Value::Flags {
            names: names.iter().map(|name| Cow::Borrowed(*name)).collect(),
            rest: 0,
        }
    }

    #[test]
    fn another_option_is_another_call() {
        let set = |option: &'static str| {
            let name = Value::Name {
                name: Cow::Borrowed(option),
                raw: 0,
            };
            call("setsockopt", vec![("optname", name)])
        };
        let (asked, own) = (set("TCP_NODELAY"), set("IPV6_V6ONLY"));
        assert_eq!(
            added(&[&asked], &[&own, &asked]),
            ["one more call: setsockopt(IPV6_V6ONLY) = 0"]
        );
    }

    #[test]
    fn the_same_call_adds_nothing() {
        let listen = call("listen", vec![("backlog", Value::Int(5))]);
        assert_eq!(added(&[&listen], &[&listen]), Vec::<String>::new());
    }

    #[test]
    fn flags_names_nulls_and_numbers_are_told_apart() {
        let raw = call("accept", vec![("addr", Value::Pointer(1))]);
        let other = call(
            "accept4",
            vec![("addr", Value::Null), ("flags", flags(&["SOCK_CLOEXEC"]))],
        );
        let expected = ["accept4 for accept", "addr NULL", "+SOCK_CLOEXEC"];
        assert_eq!(added(&[&raw], &[&other]), expected);
        let (five, many) = (
            call("listen", vec![("backlog", Value::Int(5))]),
            call("listen", vec![("backlog", Value::Int(128))]),
        );
        assert_eq!(added(&[&five], &[&many]), ["backlog 128 (libc: 5)"]);
    }

    #[test]
    fn calls_more_and_calls_missing_are_named() {
        let (bind, listen) = (call("bind", Vec::new()), call("listen", Vec::new()));
        let found = added(&[&bind], &[&bind, &listen]);
        assert_eq!(found, ["one more call: listen() = 0"]);
        let found = added(&[], &[&bind, &listen]);
        assert_eq!(found, ["2 more calls: bind() = 0, listen() = 0"]);
        assert_eq!(added(&[&bind, &listen], &[&bind]), ["no listen"]);
    }
}
