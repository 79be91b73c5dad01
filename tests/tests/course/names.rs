//! Step 9 says the same on a machine that knows no name at all and has no network.

use course_tests::diff::difference;
use course_tests::programs::installed;
use course_tests::temp::Temp;
use course_tests::{Run, normal_form, not_run, program, run, scenes};

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
