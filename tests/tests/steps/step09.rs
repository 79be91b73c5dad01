//! What is asked of step 9 alone.

use course_tests::diff::difference;
use course_tests::programs::installed;
use course_tests::record::arg;
use course_tests::temp::Temp;
use course_tests::{Run, normal_form, not_run, program, run, scenes};
use serde_json::Value;

use crate::asked::{Asked, core, scene};
use crate::question::{ACCEPTS, callers, fails, own};

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("names", |play, _| {
            let connect = play.named(&["connect"]).into_iter().rfind(own);
            let address = connect.map(|call| arg(call, "addr")["text"].clone());
            let listens = arg(play.named(&["getsockname"])[0], "addr")["text"].clone();
            play.check(
                address == Some(listens),
                "connect is not given what was found",
            );
        }),
        core("localhost-v6", |play, broken| {
            let tried = play.named(&["connect"]).into_iter().filter(own);
            let tried: Vec<&Value> = tried.map(|call| &arg(call, "addr")["family"]).collect();
            let expected = ["AF_INET6", "AF_INET"];
            let count = if broken { 1 } else { 2 };
            play.check(tried == expected[..count], "which families are tried");
            fails(play, &["connect"], "ECONNREFUSED", true);
        }),
        scene("connect-each", |play, _| {
            let refused = play.failed(&["connect"], "ECONNREFUSED").len();
            play.check(refused == 2, "how many refuse");
            let sockets = play.named(&["socket"]).into_iter().filter(own);
            play.check(sockets.count() == 4, "not a socket for each");
        }),
        core("not-found", |play, _| {
            fails(play, &["connect"], "ECONNREFUSED", true);
            play.check(play.named(&["sendto"]).is_empty(), "somebody is asked");
        }),
        core("static-buffer", |play, _| {
            let ends = &play.named(ACCEPTS)[0]["ends"];
            let ip = |end: &str| {
                let text = ends[end]["text"].as_str().unwrap_or_default();
                text.rsplit_once(':').map(|(ip, _)| ip.to_owned())
            };
            play.check(ip("local") != ip("peer"), "both ends have one address");
        }),
        scene("old-pair", |play, _| {
            let own = play.named(&["connect"]).into_iter().filter(own);
            let families: Vec<&Value> = own.map(|call| &arg(call, "addr")["family"]).collect();
            play.check(families == ["AF_INET"], "not one connect, over IPv4");
        }),
        core("dual-stack", |play, _| {
            let callers = callers(play);
            let mapped = |text: &&&str| text.starts_with("[::ffff:127.0.0.1]:");
            play.check(callers.iter().filter(mapped).count() == 1, "not mapped");
            play.check(callers.len() == 2, "not two clients");
        }),
        scene("v6only", |play, broken| {
            fails(play, &["bind"], "EADDRINUSE", broken);
            let mapped = callers(play).iter().any(|text| text.contains("ffff"));
            play.check(
                callers(play).is_empty() == broken && !mapped,
                "who comes to whom",
            );
        }),
    ],
    taught: &[&["socket"], &["connect"]],
    typed: &["serve [ADDR]", "connect [ADDR]"],
    resolves: true,
    ..Asked::USUAL
};

// The same is said on a machine that knows no name at all and has no network.

const STEP: &str = "step09-names";
const WHAT: &str = "step 9 on a machine without names and network";

#[test]
fn the_same_without_names_and_network() {
    if let Some(tool) = ["unshare", "ip"]
        .into_iter()
        .find(|tool| installed(tool).is_none())
    {
        return not_run(WHAT, &format!("no {tool}"));
    }
    let temp = Temp::new();
    let hosts = temp.path().join("hosts");
    std::fs::write(&hosts, "").expect("a file in the temporary folder");
    let without = |command: &[&str]| {
        // A user namespace, so that it can be had without privilege too.
        let script = "mount --bind \"$0\" /etc/hosts && ip link set lo up && exec \"$@\"";
        Run::path("unshare".into())
            .args([
                "--user",
                "--map-root-user",
                "--mount",
                "--net",
                "sh",
                "-c",
                script,
            ])
            .args([hosts.as_os_str()])
            .args(command)
            .output()
    };
    let tried = without(&["true"]);
    if !tried.status.success() {
        return not_run(WHAT, tried.stderr.lines().next().unwrap_or("refused"));
    }
    let path = program(STEP).to_str().expect("a path in UTF-8");
    for scene in scenes(STEP) {
        let here = run(STEP, &[&scene.name]).exits(0);
        let there = without(&[path, &scene.name]).exits(0);
        let (here, there) = (normal_form(&here.stdout), normal_form(&there.stdout));
        // One of the two machines may lack IPv6.
        if [&here, &there]
            .iter()
            .any(|text| text.contains("not on this machine"))
        {
            continue;
        }
        assert!(
            here == there,
            "{}:\n{}",
            scene.name,
            difference(&here, &there)
        );
    }
}
