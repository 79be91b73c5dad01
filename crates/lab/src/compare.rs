//! What each layer adds to the raw call, worked out from what reached the kernel.

use lens::event::{Call, Value};

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

fn same_call(raw: &Call, call: &Call) -> bool {
    ["accept", "send", "recv", "poll"]
        .iter()
        .any(|name| is_called(raw, name) && is_called(call, name))
        || raw.name == call.name
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
