//! What a call did to descriptors and what it carried, by its role.

use record::calls;
use record::event::{Call, Outcome, Value};
use record::role::Role;

use crate::text::call;

fn flags(name: &'static str) -> (&'static str, Value) {
    let names = vec![name.into()];
    ("flags", Value::Flags { names, rest: 0 })
}

fn fcntl(operation: &'static str, returned: i64) -> Call {
    let name = operation.into();
    let args = vec![("fd", Value::Fd(3)), ("op", Value::Name { name, raw: 0 })];
    let mut call = call("fcntl", args, Outcome::Returned(returned));
    call.role = calls::role_with("fcntl", &call.args);
    call
}

#[test]
fn fcntl_copies_with_two_of_its_operations() {
    assert_eq!(fcntl("F_DUPFD", 7).made(), [7]);
    assert_eq!(fcntl("F_DUPFD_CLOEXEC", 7).made(), [7]);
    // Whether two descriptors are for the same file: 1 is an answer, and no descriptor.
    assert_eq!(fcntl("F_DUPFD_QUERY", 1).made(), [0; 0]);
    assert_eq!(fcntl("F_GETFD", 1).made(), [0; 0]);
    assert_eq!(calls::role("syscall_999"), Role::Other);
}

#[test]
fn close_range_ends_all_between_unless_it_only_marks_them() {
    let range = || {
        vec![
            ("first", Value::Int(3)),
            ("last", Value::Int(u32::MAX.into())),
        ]
    };
    let closes = call("close_range", range(), Outcome::Returned(0));
    assert!(!closes.closes(2) && closes.closes(3) && closes.closes(40));
    let mut args = range();
    args.push(flags("CLOSE_RANGE_CLOEXEC"));
    let marks = call("close_range", args, Outcome::Returned(0));
    assert!(!marks.closes(3));
    let one = call("close", vec![("fd", Value::Fd(3))], Outcome::Returned(0));
    assert!(one.closes(3) && !one.closes(4));
}

/// Of many messages only the first are copied.
#[test]
fn the_length_of_what_was_not_copied_is_not_known() {
    let message = |length| {
        Value::Struct(vec![
            ("msg_hdr", Value::Struct(Vec::new())),
            ("msg_len", Value::Int(length)),
        ])
    };
    let messages = |rest| {
        let list = Value::List(vec![message(5), message(6), rest]);
        vec![("sockfd", Value::Fd(3)), ("msgvec", list)]
    };
    let known = call("recvmmsg", messages(message(7)), Outcome::Returned(3));
    assert_eq!(known.carried(), Some(18));
    let cut = call(
        "recvmmsg",
        messages(Value::Pointer(1)),
        Outcome::Returned(9),
    );
    assert_eq!((cut.messages().len(), cut.carried()), (9, None));
    let failed = call(
        "recvmmsg",
        messages(message(7)),
        Outcome::Failed(libc::EAGAIN),
    );
    assert!(failed.messages().is_empty());
}
