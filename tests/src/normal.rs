//! The normal form of a text: ports, processes and times by name, so that two runs can be compared.
//!
//! A text is all there is of the run that printed it: `--json` is another run, and a block of a lesson is a run of long
//! ago. So what the kernel gave is guessed, by what a program cannot know beforehand:
//!
//! - A port that the kernel gave is in the ephemeral range, and stands first where an address is told: what getsockname
//!   wrote, what accept said of its peer, the sentence above a scene. A port that stands first in a `bind` was asked for
//!   by the program. It is a figure of the course like any other (36895 is 8080 without htons), and stays.
//!   Of a part of a text the whole must be asked for that.
//! - A process stands behind a word that says so, and is named there and nowhere else: the same digits may be a count.
//!
//! The guesses are held to the records of all scenes by a test, which knows both the text of each call and its values.

use std::collections::{HashMap, HashSet};

/// The ports the kernel gives to who asks for none.
const EPHEMERAL: std::ops::RangeInclusive<u32> = 32768..=60999;

/// Puts names in place of what differs each time.
///
/// - A number of the ephemeral range that stands behind a local address (`127.0.0.1:`, `0.0.0.0:`, `[::1]:`, `[::ffff:127.0.0.1]:`),
///   behind that of a group (`239.255.0.1:`) or behind `port ` somewhere in the text, but not first in a `bind`,
///   becomes `<port1>`, `<port2>` … by first appearance, wherever it stands.
/// - The two bytes of such a port, in hexadecimal (`e1 fd`, `0xe1fd`) or as a sum (`225 * 256 + 253`), become a name as well.
/// - A number behind `process `, `pid `, `pid=`, `clone(…) = ` and its like, or in an abstract name (`@chat-0004711`),
///   becomes `<process1>` … by first appearance, there and nowhere else.
/// - A number behind `user ` or `uid=` becomes `<user>`, one behind `group ` or `gid=` becomes `<group>`, in the same way.
/// - Where a line breaks in the credentials of a peer depends on how long these three are: they are put on one line.
/// - A time with its unit (`1.234 s`, `12 ms`, `31.5 µs`) becomes `<time>`, and the unit stays.
/// - What an actor says of the machine (`» this machine: …`), to the end of its row, becomes `<its own>`.
/// - How much of something came through depends on the kernel: `2 of 6 arrived` becomes `<count> of 6 arrived`.
/// - A value with a star, which a setting of the machine decides (`   131072* bytes`), becomes `<setting>*`, and the space before it goes away.
/// - What a C library has behind its own function on a ladder (`accept -> libc.so.6+0x1f0c`) goes away: it differs by version.
pub fn normal_form(text: &str) -> String {
    normal_form_of_part(text, &asked(text))
}

/// The same of a part of what was printed, where the whole has [told](asked) which ports were asked for.
pub fn normal_form_of_part(text: &str, asked: &HashSet<String>) -> String {
    let text = credentials_on_one_line(&without_inside_of_libc(&without_the_machine(text)));
    let mut text = settings_named(&text);
    let ports = ports(&text, asked);
    for (digits, name) in &ports {
        if let Ok(port) = digits.parse() {
            text = bytes_named(&text, port, name);
        }
    }
    let mut processes = HashMap::new();
    let mut out = String::new();
    let mut at = 0;
    for number in &numbers(&text) {
        out += &text[at..number.start];
        at = number.start + number.digits.len();
        if is_behind_process(&number.before) {
            let next = format!("<process{}>", processes.len() + 1);
            out += processes.entry(number.digits).or_insert(next);
            continue;
        }
        match ports.get(number.digits) {
            Some(name) => out += name,
            None if is_behind(&number.before, &["uid=", "user "]) => out += "<user>",
            None if is_behind(&number.before, &["gid=", "group "]) => out += "<group>",
            None if is_time(&text[at..]) => out += "<time>",
            None if is_count(&text[at..]) => out += "<count>",
            None => out += number.digits,
        }
    }
    out += &text[at..];
    out
}

/// The ports in a text that a program asked for, as they are written: those that stand first in a `bind`.
pub fn asked(text: &str) -> HashSet<String> {
    let mut seen = HashSet::new();
    let numbers = numbers(text).into_iter().filter(is_port);
    let first = numbers.filter(|number| seen.insert(number.digits));
    let asked = first.filter(|number| is_in_bind(&number.before));
    asked.map(|number| number.digits.to_owned()).collect()
}

/// The other ports in it, which the kernel gave, each with its name.
pub fn ports(text: &str, asked: &HashSet<String>) -> HashMap<String, String> {
    let mut names = HashMap::new();
    let numbers = numbers(text).into_iter().filter(is_port);
    for number in numbers.filter(|number| !asked.contains(number.digits)) {
        let next = format!("<port{}>", names.len() + 1);
        names.entry(number.digits.to_owned()).or_insert(next);
    }
    names
}

/// Drops what differs from machine to machine, and says so: the rest of the row, whose further lines are set in by 4.
fn without_the_machine(text: &str) -> String {
    const SAYS: &str = "» this machine:";
    let mut out = String::new();
    let mut row = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if row.is_some_and(|row| indent == row + 4 && !line.trim().is_empty()) {
            continue;
        }
        row = line.find(SAYS).filter(|at| *at == indent);
        match row {
            Some(at) => out += &format!("{} <its own>\n", &line[..at + SAYS.len()]),
            None => out += line,
        }
    }
    out
}

/// Drops `-> libc.so.6+0x1f0c` and `-> __syscall_cancel`, with the line break before or after the arrow.
fn without_inside_of_libc(text: &str) -> String {
    let mut parts = text.split("->");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let name = part.trim_start();
        let is_inside = [
            "libc.so.6+0x",
            "__syscall_cancel",
            "__internal_syscall_cancel",
        ];
        if is_inside.iter().any(|start| name.starts_with(start)) {
            out.truncate(out.trim_end().len());
            out += &name[name.find(char::is_whitespace).unwrap_or(name.len())..];
        } else {
            out += "->";
            out += part;
        }
    }
    out
}

/// Names the values that end in a star, however long they are. A star alone is none.
fn settings_named(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(' ') {
        let value = word.strip_suffix("* ").unwrap_or("");
        let is_value = |c: char| c.is_ascii_alphanumeric() || "\"_".contains(c);
        if !value.is_empty() && value.chars().all(is_value) {
            out.truncate(out.trim_end_matches(' ').len());
            out += " <setting>* ";
        } else {
            out += word;
        }
    }
    out
}

/// Takes the line breaks out of `SO_PEERCRED, {pid=…, uid=…, gid=…}, 12) = 0`.
fn credentials_on_one_line(text: &str) -> String {
    let mut parts = text.split("SO_PEERCRED,");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let end = part.find(") = 0").unwrap_or(0);
        let words: Vec<&str> = part[..end].split_whitespace().collect();
        out += &format!("SO_PEERCRED, {}{}", words.join(" "), &part[end..]);
    }
    out
}

/// The processes in a text, as they are written.
pub fn processes(text: &str) -> HashSet<String> {
    let numbers = numbers(text).into_iter();
    let processes = numbers.filter(|number| is_behind_process(&number.before));
    processes.map(|number| number.digits.to_owned()).collect()
}

/// Names the two bytes of a port. A sum may be broken over lines in more than one way.
fn bytes_named(text: &str, port: u16, name: &str) -> String {
    let [high, low] = port.to_be_bytes();
    let hex = [format!("{high:02x}"), format!("{low:02x}")];
    let sum = format!("{high} * 256 + {low}");
    let whole = format!("{sum} = {port}");
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let bare = name.trim_matches(['<', '>']);
    let text = words_replaced(text, &words(&whole), &format!("<sum and {bare}>"));
    let text = words_replaced(&text, &words(&sum), &format!("<sum of {bare}>"));
    let text = words_replaced(
        &text,
        &[format!("0x{port:04x}")],
        &format!("<hex of {bare}>"),
    );
    words_replaced(&text, &hex, &format!("<bytes of {bare}>"))
}

/// Replaces these words, whatever space stands between them.
fn words_replaced(text: &str, words: &[String], name: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(words[0].as_str()) {
        let mut after = &rest[start..];
        let found = words.iter().enumerate().all(|(index, word)| {
            let here = if index == 0 {
                after
            } else {
                after.trim_start()
            };
            let stripped = here.strip_prefix(word.as_str());
            after = stripped.unwrap_or(after);
            stripped.is_some() && !after.starts_with(is_part)
        });
        if found && !rest[..start].ends_with(is_part) {
            out += &rest[..start];
            out += name;
            rest = after;
        } else {
            let next = start + words[0].len();
            out += &rest[..next];
            rest = &rest[next..];
        }
    }
    out + rest
}

/// A run of digits that is a word of its own.
struct Number<'a> {
    start: usize,
    digits: &'a str,
    /// The text in front of it, on one line: a text is broken anywhere.
    before: String,
}

fn numbers(text: &str) -> Vec<Number<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        if bytes[start..at].iter().all(u8::is_ascii_digit) {
            // A number with a decimal point is one number, an address with several is none.
            let fraction = bytes[at..]
                .iter()
                .skip(1)
                .take_while(|b| b.is_ascii_digit());
            let length = fraction.count();
            if bytes.get(at) == Some(&b'.')
                && length > 0
                && is_time(&text[at + 1 + length..])
                && !bytes[..start].ends_with(b".")
            {
                at += 1 + length;
            }
            found.push(Number {
                start,
                digits: &text[start..at],
                before: on_one_line(&text[..start]),
            });
        }
    }
    found
}

/// The last words of a text, with one space for whatever stands between them.
fn on_one_line(text: &str) -> String {
    let start = text.len().saturating_sub(200);
    let start = (start..=text.len()).find(|at| text.is_char_boundary(*at));
    let tail = &text[start.unwrap_or(text.len())..];
    let mut line = tail.split_whitespace().collect::<Vec<_>>().join(" ");
    if tail.ends_with(char::is_whitespace) {
        line.push(' ');
    }
    line
}

/// Whether this is the middle of the arguments of a bind.
fn is_in_bind(before: &str) -> bool {
    before
        .rsplit_once("bind(")
        .is_some_and(|(_, args)| !args.contains(')'))
}

/// Whether the number in front is how many arrived of so many. The line may be broken anywhere.
fn is_count(rest: &str) -> bool {
    let mut words = rest.split_whitespace().take(4);
    let mut next = || words.next().unwrap_or("");
    rest.starts_with(char::is_whitespace)
        && next() == "of"
        && next().bytes().all(|byte| byte.is_ascii_digit())
        && match next() {
            "bytes" => next().starts_with("arrived"),
            word => word.starts_with("arrived"),
        }
}

/// Whether a number is a port of those that the kernel gives.
fn is_port(number: &Number<'_>) -> bool {
    let value: u32 = number.digits.parse().unwrap_or(0);
    let behind_hex = number.before.ends_with(&format!("0x{value:04x} = "));
    EPHEMERAL.contains(&value) && (is_behind_address(&number.before) || behind_hex)
}

fn is_behind_address(before: &str) -> bool {
    if before.ends_with("port ") {
        return true;
    }
    let Some(host) = before.strip_suffix(':') else {
        return false;
    };
    let quad = host.trim_start_matches(|c: char| !c.is_ascii_digit());
    let word = quad
        .rsplit(|c: char| !c.is_ascii_digit() && c != '.')
        .next()
        .unwrap_or("");
    host.ends_with("[::1]")
        || host.ends_with("[::ffff:127.0.0.1]")
        || host.ends_with("[::]")
        || word == "0.0.0.0"
        || ((word.starts_with("127.") || word.starts_with("239.")) && word.split('.').count() == 4)
}

fn is_behind_process(before: &str) -> bool {
    let created = ["fork(", "clone(", "clone3("];
    let result = before.strip_suffix(" = ").is_some_and(|call| {
        let args = created.iter().filter_map(|name| call.rsplit_once(name));
        args.into_iter().any(|(_, args)| !args.contains(" = "))
    });
    let word = before.rsplit([' ', '(']).next().unwrap_or("");
    let in_name = word.contains('@') && word.ends_with('-');
    is_behind(before, &["process ", "pid ", "pid="]) || result || in_name
}

fn is_behind(before: &str, words: &[&str]) -> bool {
    words.iter().any(|word| before.ends_with(word))
}

fn is_time(after: &str) -> bool {
    [" s", " ms", " µs", " us", " ns"].iter().any(|unit| {
        after
            .strip_prefix(unit)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
    })
}

#[cfg(test)]
mod tests {
    use super::{asked, normal_form, normal_form_of_part};

    #[track_caller]
    fn check(text: &str, normal: &str) {
        assert_eq!(normal_form(text), normal);
    }

    #[test]
    fn ports_are_named_by_first_appearance() {
        check(
            "bind(3, 127.0.0.1:0, 16)\ngetsockname(3, 127.0.0.1:41000, 16)\npeer 127.0.0.1:50000 on 41000",
            "bind(3, 127.0.0.1:0, 16)\ngetsockname(3, 127.0.0.1:<port1>, 16)\npeer 127.0.0.1:<port2> on <port1>",
        );
        check(
            "port 40000, then 0.0.0.0:40001 and [::1]:40002",
            "port <port1>, then 0.0.0.0:<port2> and [::1]:<port3>",
        );
        check(
            "40000 and then 127.8.9.1:40000",
            "<port1> and then 127.8.9.1:<port1>",
        );
        check("to 239.255.10.10:40000", "to 239.255.10.10:<port1>");
    }

    #[test]
    fn a_port_that_was_asked_for_stays() {
        check(
            "bind(3,\n    127.0.0.1:36895, 16) = 0\ngetsockname(3, 127.0.0.1:36895, 16) = 0\nbytes 90 1f, port 36895",
            "bind(3,\n    127.0.0.1:36895, 16) = 0\ngetsockname(3, 127.0.0.1:36895, 16) = 0\nbytes 90 1f, port 36895",
        );
        check(
            "on port 41000\nbind(3, 127.0.0.1:41000, 16) = -1\nbind(4, 127.0.0.1:41001, 16)",
            "on port <port1>\nbind(3, 127.0.0.1:<port1>, 16) = -1\nbind(4, 127.0.0.1:41001, 16)",
        );
    }

    #[test]
    fn of_a_part_the_whole_says_what_was_asked_for() {
        let whole = "port 41000\nbind(3, 127.0.0.1:41000, 16)\nbind(4, 127.0.0.1:36895, 16)";
        let part = "bind(3, 127.0.0.1:41000, 16)\nbind(4, 127.0.0.1:36895, 16)";
        assert_eq!(
            normal_form_of_part(part, &asked(whole)),
            "bind(3, 127.0.0.1:<port1>, 16)\nbind(4, 127.0.0.1:36895, 16)"
        );
    }

    #[test]
    fn the_bytes_of_a_port_are_named() {
        check(
            "95 8b 0x958b = 38283",
            "<bytes of port1> <hex of port1> = <port1>",
        );
        check(
            "127.0.0.1:57853\nsin_port e1 fd  225 * 256 +\n   253 = 57853, e1 fd7, 225 * 256 + 253",
            "127.0.0.1:<port1>\nsin_port <bytes of port1>  <sum and port1>, e1 fd7, <sum of port1>",
        );
    }

    #[test]
    fn the_inside_of_the_c_library_goes_away() {
        check(
            "libc     accept -> libc.so.6+0x1f0c ->\n         libc.so.6+0x2f0c\nkernel  -> x",
            "libc     accept\nkernel  -> x",
        );
        check("accept -> __syscall_cancel", "accept");
        check("128 -> 16", "128 -> 16");
    }

    #[test]
    fn what_is_said_of_the_machine_goes_away() {
        check(
            "» this machine: localhost is ::1\nclose(3) = 0\n",
            "» this machine: <its own>\nclose(3) = 0\n",
        );
        check(
            "  » this machine: localhost is\n      127.0.0.1\n  close(3) = 0\n      still close\n",
            "  » this machine: <its own>\n  close(3) = 0\n      still close\n",
        );
        check("it says » this machine: x", "it says » this machine: x");
    }

    #[test]
    fn how_many_arrived_is_for_the_kernel_to_say() {
        check(
            "2 of 6 arrived, 65482\n of 524288 bytes arrived",
            "<count> of 6 arrived, <count>\n of 524288 bytes arrived",
        );
        check("2 of 6 messages", "2 of 6 messages");
    }

    #[test]
    fn values_that_the_machine_decides_are_named() {
        check(
            "SO_RCVBUF   int   131072* bytes\nTCP_CONGESTION   \"bbr\"*   nix\n* gets it, void *p",
            "SO_RCVBUF   int <setting>* bytes\nTCP_CONGESTION <setting>*   nix\n* gets it, void *p",
        );
    }

    #[test]
    fn other_numbers_stay() {
        check("127.0.0.1:9000", "127.0.0.1:9000");
        check("127.0.0.1:61000", "127.0.0.1:61000");
        check("8080 becomes 36895", "8080 becomes 36895");
        check("10.0.0.1:40000", "10.0.0.1:40000");
        check("sent 40000 of 65536 bytes", "sent 40000 of 65536 bytes");
        check(
            "127.0.0.1:40000 x140000 0x40000",
            "127.0.0.1:<port1> x140000 0x40000",
        );
    }

    #[test]
    fn processes_and_times_are_named() {
        check(
            "process 123 and pid 77, process\n  123 again, 123 bytes",
            "process <process1> and pid <process2>, process\n  <process1> again, 123 bytes",
        );
        check(
            "fork() = 4711\nclose(3) = 0",
            "fork() = <process1>\nclose(3) = 0",
        );
        check(
            "after 1.25 s, 30 ms and 31.5 µs",
            "after <time> s, <time> ms and <time> µs",
        );
        check(
            "bind(3, unix:@chat-0004711, 15) = 0\nconnected to @chat-0004711 - 15",
            "bind(3, unix:@chat-<process1>, 15) = 0\nconnected to @chat-<process1> - 15",
        );
        check(
            "SO_PEERCRED,\n    {pid=4711, uid=0,\n    gid=0}, 12) = 0\n» process 4711\n» of user 0, group 0, 0 bytes",
            "SO_PEERCRED, {pid=<process1>, uid=<user>, gid=<group>}, 12) = 0\n» process <process1>\n\
             » of user <user>, group <group>, 0 bytes",
        );
        check("3 sockets, 4 servers", "3 sockets, 4 servers");
        check("127.0.0.1", "127.0.0.1");
    }
}
