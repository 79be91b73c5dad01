//! What the kernel writes into a trace, read again.

use observe::kernel::trace;
use proptest::prelude::*;
use record::event::{KernelFunction, TcpState};
use show::kernel;

const TRACE: &str = "\
# tracer: nop
#
# entries-in-buffer/entries-written: 5/5   #P:2
#
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
   step03-accept-6677    [000] .....  8343.186599: kmem_cache_free: call_site=inet_csk_accept+0x304/0x3b0 ptr=00000000fb6165c7 name=request_sock_TCP
   step03-accept-6677    [000] .....  8343.186600: <stack trace>
 => trace_event_raw_event_kmem_cache_free
 => kmem_cache_free
 => inet_csk_accept
 => inet_accept
 => do_accept
 => __sys_accept4
 => __x64_sys_accept4
 => do_syscall_64
 => entry_SYSCALL_64_after_hwframe
   a - b-7 [1] x-4726    [001] ..s2.  8297.116424: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=45493 dport=45108 saddr=127.0.0.1 daddr=127.0.0.1 saddrv6=::ffff:127.0.0.1 daddrv6=::ffff:127.0.0.1 oldstate=TCP_LISTEN newstate=TCP_SYN_RECV
CPU:1 [LOST 3 EVENTS]
           <...>-12      (     12) [001] d.h1.  9000.000001: tick: x
";

#[test]
fn a_trace_is_read() {
    let entries = trace::entries(TRACE);
    assert_eq!(entries.len(), 3, "{entries:#?}");
    let change = &entries[0];
    assert_eq!((change.thread, change.interrupt), (4726, true));
    assert_eq!(change.at, 8_297_116_424_000);
    assert!(change.functions.is_empty());
    let free = &entries[1];
    assert_eq!(
        (free.name, free.thread, free.interrupt),
        ("kmem_cache_free", 6677, false)
    );
    assert_eq!(
        free.functions.first(),
        Some(&"entry_SYSCALL_64_after_hwframe")
    );
    assert_eq!(
        free.functions.last(),
        Some(&"trace_event_raw_event_kmem_cache_free")
    );
    assert_eq!(free.functions.len(), 9);
    assert_eq!((entries[2].name, entries[2].thread), ("tick", 12));
}

#[test]
fn the_stack_of_another_processor_stands_with_its_own_entry() {
    let text = "\
 a-1 [000] .....  1.000001: first: x
 b-2 [001] .....  1.000002: second: y
 a-1 [000] .....  1.000003: <stack trace>
 => of_first
 b-2 [001] .....  1.000004: <stack trace>
 => of_second.part.0+0x1/0x2 [module]
";
    let entries = trace::entries(text);
    let read: Vec<_> = entries
        .iter()
        .map(|e| (e.name, e.functions.clone()))
        .collect();
    assert_eq!(
        read,
        [("first", vec!["of_first"]), ("second", vec!["of_second"])]
    );
}

#[test]
fn a_change_of_state_is_read() {
    let entries = trace::entries(TRACE);
    let change = trace::change(entries[0].text).expect("a change");
    assert_eq!(change.local, "127.0.0.1:45493".parse().expect("an address"));
    assert_eq!(change.peer, "127.0.0.1:45108".parse().expect("an address"));
    assert_eq!(
        (change.from, change.to),
        (TcpState::Listen, TcpState::SynReceived)
    );
    let six = "family=AF_INET6 protocol=IPPROTO_TCP sport=1 dport=2 saddr=0.0.0.0 daddr=0.0.0.0 saddrv6=::1 daddrv6=::1 oldstate=TCP_FIN_WAIT1 newstate=TCP_CLOSING";
    let six = trace::change(six).expect("a change");
    assert_eq!(six.local, "[::1]:1".parse().expect("an address"));
    assert_eq!((six.from.name(), six.to.name()), ("FIN-WAIT-1", "CLOSING"));
    for other in [
        "",
        "family=AF_INET protocol=IPPROTO_SCTP sport=1 dport=2 saddr=0.0.0.0 daddr=0.0.0.0 oldstate=TCP_CLOSE newstate=TCP_LISTEN",
        "family=AF_INET protocol=IPPROTO_TCP sport=99999 dport=2 saddr=0.0.0.0 daddr=0.0.0.0 oldstate=TCP_CLOSE newstate=TCP_LISTEN",
        "family=AF_INET protocol=IPPROTO_TCP sport=1 dport=2 saddr=0.0.0.0 daddr=0.0.0.0 oldstate=TCP_CLOSE newstate=TCP_NEW",
    ] {
        assert_eq!(trace::change(other), None, "{other}");
    }
}

fn function(name: &str, depth: usize, softirq: bool, noise: bool) -> KernelFunction {
    KernelFunction {
        name: name.into(),
        depth,
        softirq,
        noise,
    }
}

#[test]
fn chains_stand_in_one_line_and_noise_is_folded() {
    let functions = [
        function("__x64_sys_accept4", 0, false, false),
        function("__sys_accept4", 1, false, false),
        function("sock_alloc", 2, false, false),
        function("kmem_cache_alloc", 3, false, true),
        function("some_glue", 2, false, true),
        function("inet_accept", 3, false, false),
        function("inet_csk_accept", 4, false, false),
        function("do_softirq", 5, true, false),
        function("tcp_v4_rcv", 6, true, false),
    ];
    assert_eq!(
        kernel::lines(&functions, 80, false),
        [
            "in the kernel:",
            "  __x64_sys_accept4 -> __sys_accept4",
            "    sock_alloc",
            "    inet_accept -> inet_csk_accept",
            "      softirq: do_softirq -> tcp_v4_rcv",
            "(2 folded: memory, files, the scheduler)",
            "(softirq: here packets come in, for whichever socket)",
        ]
    );
    let all = kernel::lines(&functions, 80, true).join("\n");
    assert!(
        all.contains("kmem_cache_alloc") && !all.contains("folded"),
        "{all}"
    );
    let narrow = kernel::lines(&functions, 30, false);
    assert!(
        narrow.contains(&"    -> __sys_accept4".to_owned()),
        "{narrow:#?}"
    );
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC*") {
        let _ = trace::entries(&text);
        let _ = trace::change(&text);
    }

    #[test]
    fn any_lines_like_a_trace_are_read_without_a_panic(
        lines in prop::collection::vec(
            prop_oneof![
                " => [a-z_.+é]{0,9}",
                " [a-z -]{0,9}-[0-9]{0,12} {1,3}\\[[0-9]{0,3}\\] [.sdh]{0,5} {1,2}[0-9]{0,21}\\.[0-9]{0,7}: [a-z<> :]{0,20}",
                "[ -~]{0,40}",
            ],
            0..20,
        )
    ) {
        let text = lines.join("\n");
        let entries = trace::entries(&text);
        prop_assert!(entries.is_sorted_by_key(|entry| entry.at));
    }

    #[test]
    fn any_functions_are_drawn_without_a_panic(
        functions in prop::collection::vec(("[a-z_é]{0,40}", 0_usize..9, any::<bool>(), any::<bool>()), 0..20),
        width in 0_usize..200,
        all in any::<bool>(),
    ) {
        let functions: Vec<_> = functions.iter()
            .map(|(name, depth, softirq, noise)| function(name, *depth, *softirq, *noise))
            .collect();
        let _ = kernel::lines(&functions, width, all);
    }
}
