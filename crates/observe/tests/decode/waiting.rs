//! The calls that wait for many descriptors, and which descriptors make a call matter.

use super::memory::{image, made};
use libc::*;

const SET: u64 = 0x7fff_0000;
const OTHER: u64 = 0x7fff_1000;
const TIME: u64 = 0x7fff_2000;

#[test]
fn poll() {
    let polls =
        |first: i16, second: i16| image![3_i32, POLLIN, first, -1_i32, POLLIN | POLLOUT, second];
    let ppoll = made(SYS_ppoll, &[SET, 2, TIME, 0, 8])
        .with(SET, polls(0x7777, 0x7777))
        .with(TIME, image![1_i64, 500_000_000_i64])
        .writes(SET, polls(POLLIN | POLLRDHUP, 0));
    ppoll
        .returns(
            1,
            concat!(
                "ppoll([{fd=3, events=POLLIN, revents=POLLIN|POLLRDHUP}, {fd=-1, events=POLLIN|POLLOUT, revents=0}], ",
                "2, 1.5s, NULL, 8) = 1"
            ),
        )
        .begins(1, "ppoll([{fd=3, events=POLLIN}, {fd=-1, events=POLLIN|POLLOUT}], 2, 1.5s, NULL, 8)")
        .never_returns("ppoll([{fd=3, events=POLLIN}, {fd=-1, events=POLLIN|POLLOUT}], 2, 1.5s, NULL, 8) = ?");
    assert_eq!(ppoll.descriptors(), [3]);
    made(SYS_ppoll, &[SET, 0, 0, OTHER, 8])
        .with(
            OTHER,
            image![1_u64 << (SIGINT - 1) | 1 << (SIGPIPE - 1) | 1 << 31],
        )
        .returns(0, "ppoll([], 0, NULL, [SIGINT, SIGPIPE, 32], 8) = 0");
}

#[test]
fn a_long_poll_set_is_cut_and_always_matters() {
    let many = (0..100_i32)
        .flat_map(|fd| image![fd, 1_i32])
        .collect::<Vec<_>>();
    let call = made(SYS_ppoll, &[SET, 100, 0, 0, 8]).with(SET, &many);
    assert!(call.descriptors().is_empty());
    let line = call.decoded(Some(0)).to_string();
    assert!(
        line.contains("{fd=63, events=POLLIN, revents=0}, …], 100, NULL"),
        "{line}"
    );
}

#[test]
#[cfg(target_arch = "x86_64")]
fn select() {
    let set = |fds: &[u32]| image![fds.iter().fold(0_u64, |set, fd| set | 1 << fd)];
    let select = made(SYS_select, &[6, SET, OTHER, 0, TIME])
        .with(SET, set(&[3, 4, 5, 6]))
        .with(OTHER, set(&[5]))
        .with(TIME, image![2_i64, 250_000_i64])
        .writes(SET, set(&[4]))
        .writes(OTHER, set(&[5]));
    select
        .returns(2, "select(6, [3, 4, 5] -> [4], [5], NULL, 2.25s) = 2")
        .returns(
            -4,
            "select(6, [3, 4, 5], [5], NULL, 2.25s) = -1 EINTR (interrupted by a signal)",
        )
        .begins(2, "select(6, [3, 4, 5], [5], NULL, 2.25s)");
    assert_eq!(select.descriptors(), [3, 4, 5, 5]);
    made(SYS_select, &[u32::MAX.into(), SET, 0, 0, 0])
        .with(SET, set(&[3]))
        .returns(
            -22,
            "select(-1, [], NULL, NULL, NULL) = -1 EINVAL (invalid argument)",
        );
}

#[test]
fn pselect6() {
    made(SYS_pselect6, &[70, SET, 0, 0, 0, OTHER])
        .with(SET, image![1_u64 << 3, 1_u64 << 5])
        .with(OTHER, image![TIME, 8_u64])
        .with(TIME, image![2_u64])
        .writes(SET, image![0_u64, 1_u64 << 5])
        .returns(
            1,
            "pselect6(70, [3, 69] -> [69], NULL, NULL, NULL, {ss=[SIGINT], ss_len=8}) = 1",
        );
    // More descriptors than are copied.
    let huge = made(SYS_pselect6, &[100_000, SET, 0, 0, 0, 0]).with(SET, [1; 600]);
    assert!(huge.descriptors().is_empty());
    let line = huge.decoded(None).to_string();
    assert!(line.contains("4088, …], NULL"), "{line}");
}

/// A `struct epoll_event`: packed on x86_64, with a gap elsewhere.
fn event(events: u32, data: u64) -> Vec<u8> {
    let gap = size_of::<epoll_event>() - 12;
    [
        &events.to_ne_bytes()[..],
        &vec![0; gap],
        &data.to_ne_bytes(),
    ]
    .concat()
}

#[test]
fn epoll() {
    made(SYS_epoll_create1, &[EPOLL_CLOEXEC as u64]).returns(3, "epoll_create1(EPOLL_CLOEXEC) = 3");
    made(SYS_epoll_ctl, &[3, 1, 4, SET])
        .with(SET, event(EPOLLIN as u32 | EPOLLET as u32, 4))
        .returns(
            0,
            "epoll_ctl(3, EPOLL_CTL_ADD, 4, {events=EPOLLIN|EPOLLET, data=4}) = 0",
        );
    made(SYS_epoll_ctl, &[3, 2, 4, 0]).returns(0, "epoll_ctl(3, EPOLL_CTL_DEL, 4, NULL) = 0");
    made(SYS_epoll_pwait, &[3, SET, 10, u32::MAX.into(), 0, 8])
        .writes(SET, [event(EPOLLIN as u32, 4), event((EPOLLIN | EPOLLHUP) as u32, 5)].concat())
        .returns(
            2,
            "epoll_pwait(3, [{events=EPOLLIN, data=4}, {events=EPOLLIN|EPOLLHUP, data=5}], 10, -1, NULL, 8) = 2",
        )
        .returns(0, "epoll_pwait(3, [], 10, -1, NULL, 8) = 0")
        .never_returns("epoll_pwait(3, …, 10, -1, NULL, 8) = ?")
        .begins(2, "epoll_pwait(3, …, 10, -1, NULL, 8)");
}

#[test]
fn which_descriptors_make_a_call_matter() {
    assert_eq!(made(SYS_read, &[7, SET, 10]).descriptors(), [7]);
    assert_eq!(made(SYS_dup3, &[7, 8, 0]).descriptors(), [7, 8]);
    assert_eq!(made(SYS_sendfile, &[7, 8, 0, 1]).descriptors(), [7, 8]);
    assert_eq!(made(SYS_splice, &[7, 0, 8, 0, 1, 0]).descriptors(), [7, 8]);
    // Those that are about sockets by their nature, or about none that could be named.
    let always = [
        SYS_socket,
        SYS_accept4,
        SYS_sendto,
        SYS_epoll_ctl,
        SYS_close_range,
        SYS_restart_syscall,
    ];
    for number in always {
        assert!(made(number, &[1, 2, 3]).descriptors().is_empty());
    }
    // A poll of nothing is a sleep. It must not be taken for a call that always matters.
    assert_eq!(made(SYS_ppoll, &[0, 0, TIME, 0, 8]).descriptors(), [-1]);
    assert_eq!(made(SYS_close, &[u64::MAX]).descriptors(), [-1]);
}

#[test]
fn the_watched_calls_are_those_that_can_be_decoded() {
    let watched = observe::copy::watched();
    for number in [
        SYS_socket,
        SYS_close,
        SYS_ppoll,
        SYS_restart_syscall,
        SYS_io_uring_setup,
    ] {
        assert!(watched.contains(&number), "{number}");
    }
    let mut sorted = watched.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), watched.len(), "a number stands there twice");
    assert!(
        watched
            .iter()
            .all(|&number| !made(number, &[]).decoded(None).name.starts_with("syscall_"))
    );
}
