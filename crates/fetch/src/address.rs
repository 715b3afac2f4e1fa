//! From where an image may be fetched: pure decisions, which neither resolve nor connect.
//!
//! Whoever may name a URL makes our machine connect to a place of their choice, which sees the network
//! from inside (request forgery). So the text of a URL is taken strictly, and addresses are judged after
//! they are resolved, by whoever connects to just those.

mod error;
mod host;
mod network;
mod policy;
mod range;
mod refusal;
mod url;

pub use self::{
    error::{ParseHostPatternError, ParseNetworkError, ParseSourceUrlError},
    host::HostPattern,
    network::Network,
    policy::FetchPolicy,
    range::AddressRange,
    refusal::FetchRefusal,
    url::SourceUrl,
};
