//! The states of both ends, inferred from packets.

use observe::wire::slow::{Sample, confirm};
use observe::wire::states;
use record::event::{Event, Packet, Segment, TcpState};

use crate::made::{CLIENT, Conversation, SERVER, end};

const FIN: u8 = Segment::FIN | Segment::ACK;
const ACK: u8 = Segment::ACK;

/// The states that an end has gone through, with the one it came from.
#[track_caller]
fn states(packets: &[Packet], local: u16, peer: u16) -> String {
    let mut names = Vec::new();
    for event in states::infer(packets) {
        if let Event::State(state) = event
            && (state.local, state.peer) == (end(local), end(peer))
        {
            assert!(!state.read_from_kernel && state.context.is_none());
            match names.last() {
                None => names.push(state.from.name()),
                Some(last) => assert_eq!(*last, state.from.name(), "each follows the last"),
            }
            names.push(state.to.name());
        }
    }
    names.join(" ")
}

#[track_caller]
fn both(conversation: &Conversation, client: &str, server: &str) {
    assert_eq!(states(&conversation.packets, CLIENT, SERVER), client);
    assert_eq!(states(&conversation.packets, SERVER, CLIENT), server);
}

#[test]
fn an_orderly_close() {
    let conversation = Conversation::connected()
        .say(CLIENT, SERVER, ACK, 1, 1, b"bye")
        .say(SERVER, CLIENT, ACK, 1, 4, b"")
        .say(CLIENT, SERVER, FIN, 4, 1, b"")
        .say(SERVER, CLIENT, ACK, 1, 5, b"")
        .say(SERVER, CLIENT, FIN, 1, 5, b"")
        .say(CLIENT, SERVER, ACK, 5, 2, b"");
    both(
        &conversation,
        "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
        "LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED",
    );
}

#[test]
fn a_fin_that_carries_the_acknowledgement_passes_through_fin_wait_2() {
    let conversation = Conversation::connected()
        .say(CLIENT, SERVER, FIN, 1, 1, b"")
        .say(SERVER, CLIENT, FIN, 1, 2, b"")
        .say(CLIENT, SERVER, ACK, 2, 2, b"");
    both(
        &conversation,
        "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
        "LISTEN SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED",
    );
}

#[test]
fn a_simultaneous_close() {
    let mut conversation = Conversation::connected()
        .say(CLIENT, SERVER, FIN, 1, 1, b"")
        .say(SERVER, CLIENT, FIN, 1, 1, b"")
        .say(CLIENT, SERVER, ACK, 2, 2, b"")
        .say(SERVER, CLIENT, ACK, 2, 2, b"");
    // Both FINs are on their way before either arrives.
    for index in 3..7 {
        conversation.packets[index].arrived = Some(conversation.packets[index].at + 1500);
    }
    let all = "FIN-WAIT-1 CLOSING TIME-WAIT";
    both(
        &conversation,
        &format!("CLOSED SYN-SENT ESTABLISHED {all}"),
        &format!("LISTEN SYN-RECEIVED ESTABLISHED {all}"),
    );
}

#[test]
fn a_reset() {
    let conversation = Conversation::connected().say(SERVER, CLIENT, Segment::RST | ACK, 1, 1, b"");
    both(
        &conversation,
        "CLOSED SYN-SENT ESTABLISHED CLOSED",
        "LISTEN SYN-RECEIVED ESTABLISHED CLOSED",
    );
}

#[test]
fn a_refusal_is_no_end_of_a_connection_of_the_one_who_refuses() {
    let conversation = Conversation::default()
        .say(CLIENT, SERVER, Segment::SYN, 0, 0, b"")
        .say(SERVER, CLIENT, Segment::RST | ACK, 0, 1, b"");
    both(&conversation, "CLOSED SYN-SENT CLOSED", "");
}

#[test]
fn a_syn_without_an_answer_changes_only_its_sender() {
    let conversation = Conversation::default()
        .say(CLIENT, SERVER, Segment::SYN, 0, 0, b"")
        .say(CLIENT, SERVER, Segment::SYN, 0, 0, b"");
    both(&conversation, "CLOSED SYN-SENT", "");
}

#[test]
fn both_call_each_other() {
    let mut conversation = Conversation::default()
        .say(CLIENT, SERVER, Segment::SYN, 0, 0, b"")
        .say(SERVER, CLIENT, Segment::SYN, 0, 0, b"")
        .say(CLIENT, SERVER, Segment::SYN | ACK, 0, 1, b"")
        .say(SERVER, CLIENT, Segment::SYN | ACK, 0, 1, b"");
    for packet in &mut conversation.packets {
        packet.arrived = Some(packet.at + 1500);
    }
    let all = "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED";
    both(&conversation, all, all);
}

#[test]
fn one_calls_itself() {
    let conversation = Conversation::default()
        .say(CLIENT, CLIENT, Segment::SYN, 0, 0, b"")
        .say(CLIENT, CLIENT, Segment::SYN | ACK, 0, 1, b"")
        .say(CLIENT, CLIENT, ACK, 1, 1, b"")
        .say(CLIENT, CLIENT, FIN, 1, 1, b"")
        .say(CLIENT, CLIENT, ACK, 2, 2, b"");
    assert_eq!(
        states(&conversation.packets, CLIENT, CLIENT),
        "CLOSED SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT"
    );
}

#[test]
fn a_connection_that_is_older_than_the_record_has_its_end() {
    let conversation = Conversation::default()
        .say(CLIENT, SERVER, ACK, 8, 8, b"x")
        .say(CLIENT, SERVER, FIN, 9, 8, b"")
        .say(SERVER, CLIENT, FIN, 8, 10, b"")
        .say(CLIENT, SERVER, ACK, 10, 9, b"");
    both(
        &conversation,
        "ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT",
        "ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED",
    );
}

#[test]
fn the_addresses_of_time_wait_can_begin_anew() {
    let conversation = Conversation::connected()
        .say(SERVER, CLIENT, FIN, 1, 1, b"")
        .say(CLIENT, SERVER, FIN, 1, 2, b"")
        .say(SERVER, CLIENT, ACK, 2, 2, b"")
        .say(CLIENT, SERVER, Segment::SYN, 70, 0, b"")
        .say(SERVER, CLIENT, Segment::SYN | ACK, 90, 71, b"")
        .say(CLIENT, SERVER, ACK, 71, 91, b"");
    let events = states::infer(&conversation.packets);
    let last: Vec<_> = events
        .iter()
        .rev()
        .filter_map(|event| match event {
            Event::State(state) => Some((state.from, state.to)),
            _ => None,
        })
        .take(4)
        .collect();
    assert_eq!(
        last,
        [
            (TcpState::SynReceived, TcpState::Established),
            (TcpState::SynSent, TcpState::Established),
            (TcpState::Listen, TcpState::SynReceived),
            (TcpState::Closed, TcpState::SynSent),
        ]
    );
}

#[test]
fn only_what_the_kernel_bears_out_is_its_word() {
    let mut events = states::infer(&Conversation::connected().packets);
    let sample = |at, state| Sample {
        at,
        local: end(CLIENT),
        peer: end(SERVER),
        state,
    };
    // The first in time, the second after its state was over.
    let samples = [
        sample(1500, TcpState::SynSent),
        sample(1999, TcpState::Established),
    ];
    confirm(&mut events, samples);
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::State(state) if state.local == end(CLIENT) => {
                Some((state.to, state.read_from_kernel))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [(TcpState::SynSent, true), (TcpState::Established, false)]
    );
}
