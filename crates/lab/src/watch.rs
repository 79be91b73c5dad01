//! Whether the lens can watch here what was asked for.

/// Whether the lens can watch here. Where it cannot, one line says why.
pub(crate) fn can_trace() -> bool {
    match observe::can_trace() {
        Ok(()) => true,
        Err(refused) => {
            eprintln!("not traced: {refused}");
            false
        }
    }
}

/// Whether one can look into the kernel here. Where not, one line says what it needs.
pub(crate) fn can_watch_kernel() -> bool {
    match observe::kernel::can_watch() {
        Ok(()) => true,
        Err(refused) => {
            eprintln!("not shown: {refused}");
            false
        }
    }
}
