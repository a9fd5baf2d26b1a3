//! One request from start to end: find the API, check the key, run the policies.

use catalog::Service;
use diagnostic::Diagnostics;

/// Everything that is wrong with the policies of a service.
pub fn check(_service: &Service) -> Diagnostics {
    Diagnostics::new()
}
