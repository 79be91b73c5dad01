//! Runs that several tests look at. Each of them is played once for all tests of a program.
//!
//! A test that asks whether something is the same each time plays it anew, with [`run`](crate::run::run()).
//! All others ask what one play is like, each something else, and one play answers them all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::run::{Output, Run};

/// What came out of a program of the workspace with these arguments.
#[track_caller]
pub fn played(name: &str, args: &[&str]) -> Output {
    played_in("", name, args)
}

/// The width, the program and its arguments.
type Typed = (String, String, Vec<String>);

/// The same, where the terminal is said to have this many columns; with "" nothing is said.
#[track_caller]
pub fn played_in(columns: &str, name: &str, args: &[&str]) -> Output {
    static KNOWN: Mutex<Option<HashMap<Typed, Arc<OnceLock<Output>>>>> = Mutex::new(None);
    let words = args.iter().map(|arg| (*arg).to_owned());
    let typed = (columns.to_owned(), name.to_owned(), words.collect());
    let place = {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.get_or_insert_default().entry(typed).or_default())
    };
    // Who comes second waits for the first. A run that exceeds its limit leaves the place empty:
    // then the next one tries, and says so itself.
    let output = place.get_or_init(|| {
        let mut run = Run::new(name).args(args);
        if !columns.is_empty() {
            run = run.env("COLUMNS", columns);
        }
        run.output()
    });
    output.clone()
}
