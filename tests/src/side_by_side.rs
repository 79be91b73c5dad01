//! Work that mostly waits, done at the same time.

use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many plays of a step a test looks at at the same time. Half of what they do is wait, for a slow wire or for a peer
/// that is silent, and a test harness begins no more tests than there are processors.
pub const AT_ONCE: usize = 5;

/// Does this with each of them, so many at a time. Fails if one fails, and each that fails says why.
///
/// For what waits: for a slow wire, for a clock. What computes is not done any sooner.
pub fn side_by_side<T: Send>(
    most: usize,
    all: impl IntoIterator<Item = T>,
    each: impl Fn(T) + Sync,
) {
    let mut all: Vec<T> = all.into_iter().collect();
    // They are taken from the end.
    all.reverse();
    let left = Mutex::new(all);
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work = || {
        while let Some(next) = next() {
            each(next);
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..most).map(|_| scope.spawn(work)).collect();
        let ends: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        if let Some(why) = ends.into_iter().find_map(Result::err) {
            resume_unwind(why);
        }
    });
}
