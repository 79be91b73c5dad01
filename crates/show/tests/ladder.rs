//! Packets, states and queues among the calls: in the text, in the SVG and in the HTML.

#[path = "ladder/story.rs"]
mod story;

use std::collections::BTreeSet;

use proptest::prelude::*;
use record::event::{Event, Mark, Note, Segment, TcpState};
use show::draw::{Drawing, Sheet, html, svg};
use show::lanes::{Style, draw};
use show::order::{Lane, by_time, causal};
use story::*;

fn text(events: &[Event], width: usize, all: bool) -> String {
    let rows = causal(events, &lanes(), all);
    let style = Style {
        width,
        all,
        ..Style::default()
    };
    draw(events, &rows, &lanes(), &style)
}

#[test]
fn packets_stand_in_the_calls_that_sent_them_and_states_at_their_sides() {
    let expected = r#"
server                                   client (a helper)
bind(3, 127.0.0.1:9000) = 0
listen(3, 5) = 0
LISTEN
                                         connect(3, 127.0.0.1:9000) …
(SYN-RECEIVED)  <------------------ SYN seq 0 ------------------ (SYN-SENT)
                ------------- SYN,ACK seq 0 ack 1 -------------> (ESTABLISHED)
(ESTABLISHED)   <------------------ ACK ack 1 ------------------
                                         … connect = 0
[1 waits for accept, backlog 5]
                                         sendto(3, "<hello> & \"hi\"\n") …
                <---- 15 bytes "<hello> & \"h"… seq 1 ack 1 ----
                                         … sendto = 15
                                         close(3) …
(CLOSE-WAIT)    <------------ FIN,ACK seq 16 ack 1 ------------- (FIN-WAIT-1)
                                         … close = 0
accept(3, 127.0.0.1:40000) = 4
recvfrom(4, "<hello> & \"hi\"\n") = 15
recvfrom(4, "") = 0
close(4) …
(LAST-ACK)      ------------ FIN,ACK seq 1 ack 17 -------------> (FIN-WAIT-2)
                                         (TIME-WAIT)
(CLOSED)        <------------------ ACK ack 2 ------------------
… close = 0
NAME of a state, and [what waits]: read from the kernel after a call
(NAME): inferred from the packets, as RFC 9293 has it
"#;
    assert_eq!(text(&hello(), 80, false), expected[1..]);
}

#[test]
fn what_only_timers_decide_is_left_out_by_cause() {
    let expected = text(&hello(), 80, false);
    // The ACK of the data was late, and went with the FIN.
    let mut events = hello();
    events.retain(|event| event.at() != 42_000);
    assert_eq!(text(&events, 80, false), expected);
    // A segment was sent again.
    let mut events = hello();
    let (client, ack) = ((40000, 9000), Segment::ACK);
    events.push(segment(45_000, client, ack, 1, 1, b"<hello> & \"hi\"\n"));
    assert_eq!(text(&events, 80, false), expected);
    assert_ne!(text(&events, 80, true), text(&hello(), 80, true));
}

#[test]
fn a_fin_that_is_acknowledged_by_a_timer_looks_like_one_that_is_acknowledged_with_the_next() {
    // The ACK of the client's FIN comes alone, after its close.
    let mut alone = hello();
    for event in &mut alone {
        match event {
            Event::Packet(packet) if packet.at == 72_000 => packet.at = 85_000,
            Event::State(state) if state.at == 72_000 => state.at = 85_000,
            _ => {}
        }
    }
    // It comes with the server's own FIN.
    let mut with_the_next = hello();
    with_the_next.retain(|event| event.at() != 72_000);
    let client = (40000, 9000);
    let state = state(
        91_000,
        client,
        TcpState::FinWait1,
        TcpState::FinWait2,
        false,
    );
    let before = with_the_next
        .iter()
        .position(|event| matches!(event, Event::State(state) if state.to == TcpState::TimeWait));
    with_the_next.insert(before.expect("there is a TIME-WAIT"), state);
    for events in [&mut alone, &mut with_the_next] {
        events.sort_by_key(Event::at);
    }
    let text = text(&alone, 80, false);
    assert_eq!(text, self::text(&with_the_next, 80, false));
    assert!(text.contains("(FIN-WAIT-2)"), "{text}");
    assert!(!text.contains("ACK ack 17 --"), "{text}");
}

#[test]
fn what_the_kernel_held_is_drawn_where_no_other_thread_could_have_changed_it() {
    let counted = |events: &[Event]| text(events, 80, false).contains("[1 waits");
    assert!(counted(&hello()));
    // Without the cue, accept might have come before the look at the queue.
    let mut events = hello();
    events.retain(|event| {
        !matches!(event, Event::Mark(Mark { what: Note::Gave(name) | Note::Got(name), .. }) if name == "connected")
    });
    assert!(!counted(&events));
}

#[test]
fn segments_that_chance_has_cut_are_one_row() {
    let client = (40000, 9000);
    let mut events = hello();
    events.retain(|event| !(41_000..=42_000).contains(&event.at()));
    let ack = Segment::ACK;
    events.push(segment(41_000, client, ack, 1, 1, b"<hello> "));
    events.push(segment(41_100, (9000, 40000), ack, 1, 9, b""));
    events.push(segment(41_200, client, ack, 9, 1, b"& \"hi\"\n"));
    events.sort_by_key(Event::at);
    let text = text(&events, 100, false);
    assert_eq!(text.matches(" bytes \"").count(), 1, "{text}");
    assert!(text.contains("-- 15 bytes \"<hello> & "), "{text}");
}

#[test]
fn no_line_is_wider_than_the_screen() {
    let three = [lanes(), vec![]].concat();
    for (width, all) in [
        (40, false),
        (60, true),
        (79, false),
        (80, true),
        (81, false),
        (100, true),
    ] {
        for rows in [
            causal(&hello(), &three, all),
            by_time(&hello(), &three, all),
        ] {
            let style = Style {
                width,
                all,
                ..Style::default()
            };
            let text = draw(&hello(), &rows, &three, &style);
            let fits = text.lines().all(|line| line.chars().count() <= width);
            assert!(fits, "{width}\n{text}");
            assert!(
                text.contains("SYN,ACK") && text.contains("(TIME-WAIT)"),
                "{text}"
            );
        }
    }
}

/// The same text however the picture is made.
fn drawing<'a>(events: &'a [Event], lanes: &'a [Lane], timed: bool) -> Drawing<'a> {
    let sheet = if timed { Sheet::by_time } else { Sheet::causal };
    Drawing {
        title: "hello & goodbye".to_owned(),
        sheets: vec![sheet("", events, lanes, false)],
        all: false,
        timed,
    }
}

#[track_caller]
fn parsed(text: &str) -> roxmltree::Document<'_> {
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        ..roxmltree::ParsingOptions::default()
    };
    roxmltree::Document::parse_with_options(text, options)
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// All text of the elements with this name.
fn texts(document: &roxmltree::Document<'_>, name: &str) -> Vec<String> {
    let elements = document.descendants();
    let elements = elements.filter(|node| node.tag_name().name() == name);
    elements
        .map(|node| {
            let inside = node.descendants().filter(|inside| inside.is_text());
            inside.filter_map(|inside| inside.text()).collect()
        })
        .collect()
}

#[test]
fn the_picture_has_every_call_every_packet_and_every_state_and_tells_it_in_words() {
    let (events, lanes) = (hello(), lanes());
    for timed in [true, false] {
        let picture = svg(&drawing(&events, &lanes, timed));
        let document = parsed(&picture);
        let titles = texts(&document, "title");
        assert_eq!(titles[0], "hello & goodbye");
        let shown = |part: &str| titles.iter().any(|title| title.contains(part));
        for part in [
            "server: bind(3, 127.0.0.1:9000) = 0",
            "client: sendto(3, \"<hello> & \\\"hi\\\"\\n\") = 15",
            "127.0.0.1:9000 -> 127.0.0.1:40000: SYN,ACK seq 0 ack 1",
            "127.0.0.1:40000, peer 127.0.0.1:9000: FIN-WAIT-1 -> FIN-WAIT-2, inferred from the packets",
            "127.0.0.1:9000: CLOSED -> LISTEN, read from the kernel",
        ] {
            assert!(shown(part), "{part}: {titles:#?}");
        }
        let words = &texts(&document, "desc")[0];
        for part in [
            "server",
            "client",
            "calls",
            "packets",
            "client to server: SYN seq 0",
            "TIME-WAIT",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        let has_times = texts(&document, "text")
            .iter()
            .any(|text| text.ends_with(" ms"));
        assert_eq!(has_times, timed);
    }
}

#[test]
fn without_times_another_clock_gives_the_same_picture() {
    let (events, lanes) = (hello(), lanes());
    let slower: Vec<Event> = later(hello(), 5_000_000, 40000);
    let picture = |events: &[Event]| svg(&drawing(events, &lanes, false));
    assert_eq!(picture(&events), picture(&slower));
}

#[test]
fn what_a_program_sends_is_text_and_nothing_else() {
    let bad = "</script><script>alert(1)</script>]]>&lt;\u{202e}\u{0}\u{ffff}";
    let mut events = with_stacks(hello());
    events.push(Event::Mark(Mark {
        at: 95_000,
        who: who(CLIENT),
        what: Note::Said(bad.to_owned()),
    }));
    events.sort_by_key(Event::at);
    let mut lanes = lanes();
    lanes[0].name = bad.to_owned();
    let picture = svg(&drawing(&events, &lanes, true));
    assert!(texts(&parsed(&picture), "script").is_empty());
    let page = html(&drawing(&events, &lanes, true));
    let document = parsed(&page);
    assert_eq!(texts(&document, "script").len(), 2);
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(!page.contains('\u{202e}') && !picture.contains('\u{202e}'));
    let data: serde_json::Value =
        serde_json::from_str(&texts(&document, "script")[0]).expect("the data are JSON");
    let all = data.to_string();
    assert!(
        all.contains("std::net::connect_of_std") || all.contains("net::connect_of_std"),
        "{all}"
    );
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let (events, lanes) = (with_stacks(hello()), lanes());
    for text in [
        html(&drawing(&events, &lanes, true)),
        svg(&drawing(&events, &lanes, true)),
    ] {
        let document = parsed(&text);
        let attributes = document
            .descendants()
            .flat_map(|node| node.attributes().collect::<Vec<_>>());
        let names: BTreeSet<&str> = attributes.map(|attribute| attribute.name()).collect();
        for name in ["src", "href", "srcset", "action"] {
            assert!(!names.contains(name), "{name}");
        }
        assert!(!text.contains("url(") && !text.contains("@import") && !text.contains("fetch("));
    }
}

#[test]
fn five_thousand_events_are_one_picture() {
    let mut events = hello();
    for round in 1..165 {
        let mut more = later(hello(), round * 200_000, 40000 + round as u16);
        more.retain(|event| {
            !matches!(event, Event::Call(call) if call.name == "bind" || call.name == "listen")
                && !matches!(event, Event::State(state) if state.peer.port() == 0)
        });
        events.extend(more);
    }
    assert!(events.len() >= 5000, "{}", events.len());
    let lanes = lanes();
    let events = with_stacks(events);
    let page = html(&drawing(&events, &lanes, true));
    let document = parsed(&page);
    let groups = document.descendants().filter(|node| {
        node.attribute("class")
            .is_some_and(|class| class.split(' ').any(|one| one == "e"))
    });
    let drawn = events
        .iter()
        .filter(|event| !matches!(event, Event::Mark(_) | Event::State(_) | Event::Held(_)));
    assert!(groups.count() >= drawn.count());
    // The page by itself keeps its head in sight, a picture has it again and again.
    let picture = svg(&drawing(&events, &lanes, true));
    assert!(
        texts(&parsed(&picture), "text")
            .iter()
            .filter(|text| *text == "server")
            .count()
            > 20
    );
}

/// Any text, with what XML and terminals do not like.
fn any_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            any::<char>(),
            prop::sample::select(vec![
                '<', '>', '&', '"', '\'', ']', '\0', '\u{b}', '\u{fffe}', '\u{202e}', '\n'
            ]),
        ],
        0..40,
    )
    .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_happened_the_drawings_are_well_formed(
        kept in proptest::collection::vec(any::<bool>(), 40),
        moved in proptest::collection::vec(any::<u64>(), 40),
        said in proptest::collection::vec(any_text(), 3),
        name in any_text(),
        data in proptest::collection::vec(any::<u8>(), 0..30),
        port in any::<u16>(),
        timed in any::<bool>(),
    ) {
        let mut events = Vec::new();
        for ((event, keep), by) in with_stacks(hello()).into_iter().zip(kept).zip(moved) {
            // Some are missing, and some were at quite another time.
            let by = if by % 4 == 0 { by / 2 } else { 0 };
            if keep {
                events.extend(later(vec![event], by, port));
            }
        }
        events.push(segment(43_000, (40000, 9000), data.first().copied().unwrap_or(0), 7, 7, &data));
        for (index, text) in said.iter().enumerate() {
            let who = who(if index == 0 { SERVER } else { CLIENT });
            events.push(Event::Mark(Mark { at: 50_000 * index as u64, who, what: Note::Said(text.clone()) }));
        }
        events.sort_by_key(Event::at);
        let mut lanes = lanes();
        lanes[1].name = name.clone();
        let mut drawing = drawing(&events, &lanes, timed);
        drawing.title = name.clone();
        drawing.sheets[0].heading = name;
        parsed(&svg(&drawing));
        parsed(&html(&drawing));
    }
}
