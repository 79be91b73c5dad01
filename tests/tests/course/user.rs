//! As an ordinary user, and where tracing is refused: the step still plays.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use course_tests::programs::installed;
use course_tests::refuse::refuse_ptrace;
use course_tests::temp::Temp;
use course_tests::{Output, Run, not_run, program, scenes};

for_each_step! {
    plays_where_ptrace_is_refused
    plays_under_another_tracer
    plays_for_an_ordinary_user
}

/// The user and the group that own nothing.
const NOBODY: u32 = 65534;

/// The program run by an ordinary user: by nobody if the tests are run by root.
#[track_caller]
pub(crate) fn ordinary(temp: &Temp, name: &str) -> Run {
    // SAFETY: geteuid(2) takes nothing, touches no memory and cannot fail.
    let root = unsafe { libc::geteuid() } == 0;
    if !root {
        return Run::new(name);
    }
    let mut run = Run::path(temp.copy_of(name));
    run.command().uid(NOBODY).gid(NOBODY).current_dir("/");
    run
}

/// The command lines that are tried: the main scene, a mistake, one layer.
fn lines(step: &str) -> Vec<Vec<String>> {
    let scenes = scenes(step);
    let mistakes = scenes.iter().filter(|scene| scene.mistake).take(2);
    let mut lines = vec![vec![], vec![scenes[0].name.clone(), "--json".into()]];
    lines.extend(mistakes.map(|scene| vec![scene.name.clone()]));
    lines
}

/// Played, and said in one line that it was not traced.
#[track_caller]
fn untraced(output: Output) {
    let output = output.exits(0);
    // A scene that cannot be played here at all is not traced either, and says another thing.
    if output.stdout.contains("not on this machine") {
        return;
    }
    let one = output.stderr.lines().count() == 1;
    output.check(
        one && output.stderr.starts_with("not traced: "),
        "does not say in one line that it was not traced",
    );
    output.check(!output.stdout.is_empty(), "prints nothing");
}

fn plays_where_ptrace_is_refused(step: &str) {
    for line in lines(step) {
        let mut run = Run::new(step).args(&line);
        refuse_ptrace(run.command());
        untraced(run.output());
    }
}

fn plays_under_another_tracer(step: &str) {
    let lens = program("lens").to_owned();
    let strace = installed("strace");
    let tracers: [(&str, Option<PathBuf>, &[&str]); 2] = [
        ("lens", Some(lens), &["-o", "/dev/null"]),
        ("strace", strace, &["-f", "-q", "-o", "/dev/null"]),
    ];
    for (name, tracer, options) in tracers {
        let Some(tracer) = tracer else {
            not_run(&format!("{step} under {name}"), "not installed");
            continue;
        };
        let works = Run::path(tracer.clone())
            .args(options)
            .args(["true"])
            .output();
        if !works.status.success() || !works.stderr.is_empty() {
            not_run(
                &format!("{step} under {name}"),
                works.stderr.lines().next().unwrap_or("it fails"),
            );
            continue;
        }
        // strace stops at each call there is, and takes its time.
        let lines = lines(step).into_iter();
        for line in lines.filter(|line| name == "lens" || line.len() < 2) {
            let run = Run::path(tracer.clone()).args(options);
            untraced(run.args([program(step)]).args(&line).output());
        }
    }
}

fn plays_for_an_ordinary_user(step: &str) {
    let temp = Temp::new();
    for line in lines(step) {
        let output = ordinary(&temp, step).args(&line).output().exits(0);
        output.quiet();
    }
}
