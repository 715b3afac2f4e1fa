//! From where images may be fetched.
//!
//! ```
//! use atlas_fetch::{FetchPolicy, SourceUrl};
//!
//! let policy = FetchPolicy::default();
//! policy.check_url(&SourceUrl::parse("https://images.example.org/a.qcow2")?)?;
//! assert!(policy.check_url(&SourceUrl::parse("https://169.254.169.254/")?).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;

pub use self::address::{
    AddressRange, FetchPolicy, FetchRefusal, HostPattern, Network, ParseHostPatternError,
    ParseNetworkError, ParseSourceUrlError, SourceUrl,
};
