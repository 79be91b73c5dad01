//! What `serve` and `connect` share: the two texts that were typed, and what to say of a name that is not found.

use std::error::Error;
use std::ffi::CString;

use lab::{Stage, Trouble};

/// Host and service, as `getaddrinfo` takes them.
pub(crate) fn typed(stage: &Stage) -> Result<(CString, CString), Trouble> {
    let (host, service) = stage.host_and_service()?;
    Ok((CString::new(host)?, CString::new(service)?))
}

/// An error of the resolver is about the name, and no server had a part in it.
pub(crate) fn not_found(stage: &Stage, error: &dyn Error) -> Trouble {
    let (host, service) = stage.host_and_service().unwrap_or_default();
    Trouble::new(format!("getaddrinfo {host} {service}: {error}"))
}
