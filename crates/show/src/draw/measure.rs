//! From times to heights and words, and text to its room.

use record::event::Time;

/// A call's text has at most so many lines.
const LINES: usize = 3;

/// The height that belongs to a time between two rows.
pub(super) fn height_of(heights: &[(Time, i32)], at: Time) -> Option<i32> {
    let next = heights.partition_point(|(time, _)| *time < at);
    let (after, below) = *heights.get(next)?;
    let (before, above) = *heights.get(next.checked_sub(1)?)?;
    let part = (at - before) as f64 / (after - before).max(1) as f64;
    Some(above + ((below - above) as f64 * part) as i32)
}

/// How much room a time gets: none up to 100 µs, and then 8 pixels more each time that it doubles, up to a minute or so.
pub(super) fn room_for(passed: Time) -> i32 {
    let doubled = (passed / 100_000).checked_ilog2().map_or(0, |log| log + 1);
    (doubled as i32 * 8).min(160)
}

/// A time with its unit.
pub(super) fn time(nanoseconds: Time) -> String {
    match nanoseconds {
        0..10_000_000 => format!("{:.3} ms", nanoseconds as f64 / 1e6),
        10_000_000..1_000_000_000 => format!("{:.1} ms", nanoseconds as f64 / 1e6),
        _ => format!("{:.4} s", nanoseconds as f64 / 1e9),
    }
}

/// The first lines of a text.
pub(super) fn cut(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > LINES {
        lines.truncate(LINES);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    lines.iter().map(|line| line.trim().to_owned()).collect()
}

pub(super) fn shortened(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(room.saturating_sub(1)).collect();
    short.push('…');
    short
}
