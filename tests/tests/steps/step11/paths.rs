//! `serve` and `connect` of a step whose addresses are paths.

use std::fs;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use course_tests::run::finish;
use course_tests::scenes::LAYERS;
use course_tests::temp::Temp;
use course_tests::{Run, run};

const STEP: &str = "step11-unix";

/// A server at a path, killed with the value.
struct Server {
    child: Option<Child>,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts it, and returns with what it printed until it listened.
    #[track_caller]
    fn start(path: &str, layer: &str) -> (Server, String) {
        let run = Run::new(STEP).args(["serve", path, "--layer", layer]);
        let mut child = run.start(Stdio::piped(), Stdio::null());
        let stdout = child.stdout.take().expect("it was piped");
        let mut server = Server {
            child: Some(child),
            lines: BufReader::new(stdout).lines(),
        };
        let said = server.until(&format!("listening on {path}"));
        (server, said)
    }

    /// What it prints up to a line with this in it.
    #[track_caller]
    fn until(&mut self, part: &str) -> String {
        let mut said = String::new();
        for line in self.lines.by_ref().map_while(Result::ok) {
            said += &format!("{line}\n");
            if line.contains(part) {
                return said;
            }
        }
        panic!("it ended without {part:?}:\n{said}");
    }

    /// ctrl-C; nothing of it may be left then.
    #[track_caller]
    fn interrupt(mut self) {
        let child = self.child.take().expect("interrupt takes the server");
        // SAFETY: kill takes two numbers and touches no memory. The group is the program's own.
        unsafe { libc::kill(-(child.id() as i32), libc::SIGINT) };
        let output = finish(child, None, None, "serve".to_owned());
        assert_eq!(output.signal(), Some(libc::SIGINT));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // SAFETY: kill takes two numbers and touches no memory. The group is the program's own.
            unsafe { libc::kill(-(child.id() as i32), libc::SIGKILL) };
            // It has been killed; how it ended is of no interest to a test that fails.
            let _ = child.wait();
        }
    }
}

/// A client that says this, ends its side, and gets it back.
#[track_caller]
fn check_echo(path: &str, bytes: &[u8]) {
    let mut client = UnixStream::connect(path).expect("somebody listens");
    client.write_all(bytes).expect("the server reads");
    client.shutdown(Shutdown::Write).expect("it is connected");
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).expect("the server answers");
    assert_eq!(answer, bytes);
}

#[test]
fn a_server_at_a_path_serves_whoever_comes() {
    let folder = Temp::new();
    for layer in LAYERS {
        let path = folder.path().join(layer);
        let path = path.to_str().expect("the test's own name");
        let (mut server, _) = Server::start(path, layer);
        check_echo(path, b"hello\n");
        let own = format!("process {}", std::process::id());
        server.until(&own);
        drop(UnixStream::connect(path).expect("somebody listens"));
        check_echo(path, b"\x1b]0;title\x07\0\xff\n");
        let said = server.until("\\x1b]0;title\\x07\\x00\\xff\\n");
        assert!(!said.contains('\x1b'), "a raw ESC");
        let output = run(STEP, &["connect", path, "--layer", layer]).exits(0);
        let said = output.stdout.clone();
        output.check(said.contains("hello\\n"), "does not say what came back");

        let second = run(STEP, &["serve", path, "--layer", layer]).exits(1);
        let said = second.stderr.clone();
        second.check(said.contains("EADDRINUSE"), "does not say why");
        check_echo(path, b"still here");
        server.interrupt();
    }
}

#[test]
fn a_socket_that_was_left_over_is_no_obstacle() {
    let folder = Temp::new();
    for layer in LAYERS {
        let path = folder.path().join(layer);
        let path = path.to_str().expect("the test's own name");
        let (server, said) = Server::start(path, layer);
        assert!(!said.contains("left over"), "{said}");
        server.interrupt();
        assert!(Path::new(path).exists(), "{layer}: the file is gone");
        let refused = run(STEP, &["connect", path, "--layer", layer]).exits(1);
        let said = refused.stderr.clone();
        refused.check(said.contains("ECONNREFUSED"), "does not say why");
        let (_server, said) = Server::start(path, layer);
        assert!(said.contains("left over"), "{layer}: {said}");
        check_echo(path, b"hello\n");
    }
}

/// connect is refused at these too. Whatever is no socket stays as it is.
#[test]
fn what_is_no_socket_is_never_removed() {
    let folder = Temp::new();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("file"), "precious").expect("an empty folder");
    fs::create_dir(at("folder")).expect("an empty folder");
    symlink(at("file"), at("link")).expect("an empty folder");
    symlink(at("nowhere"), at("dangling")).expect("an empty folder");
    for layer in LAYERS {
        for name in ["file", "folder", "link", "dangling"] {
            let path = at(name);
            let path = path.to_str().expect("the test's own name");
            let output = run(STEP, &["serve", path, "--layer", layer]).exits(1);
            let said = output.stderr.clone();
            let says = ["bind", path, "EADDRINUSE"];
            let all = says.iter().all(|part| said.contains(part));
            output.check(all, "does not say what is wrong");
            assert!(
                fs::symlink_metadata(path).is_ok(),
                "{layer}: removed {name}"
            );
        }
    }
    let text = fs::read_to_string(at("file")).expect("it is still there");
    assert_eq!(text, "precious");
}

#[test]
fn paths_that_cannot_be_had() {
    let folder = Temp::new();
    let long = folder.path().join("x".repeat(120));
    let nowhere = folder.path().join("nowhere/chat");
    for layer in LAYERS {
        for half in ["serve", "connect"] {
            for (path, says) in [(&long, "shorter"), (&nowhere, "ENOENT")] {
                let path = path.to_str().expect("the test's own name");
                let output = run(STEP, &[half, path, "--layer", layer]).exits(1);
                let one = output.complaints().len() == 1;
                let said = output.stderr.clone();
                output.check(one && said.contains(says), "does not say why in one line");
            }
        }
    }
}
