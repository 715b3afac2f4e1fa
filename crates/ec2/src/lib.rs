//! The protocol of the EC2-compatible API as values: no socket, no store, no clock.
//!
//! ```
//! use atlas_base::Timestamp;
//! use atlas_ec2::signature::{RequestHead, SecretKey, SignatureError, SignedRequest};
//!
//! let headers = [("host", b"localhost:8773".as_slice())];
//! let head = RequestHead { method: "POST", path: "/", query: "", headers: &headers };
//! let now = Timestamp::parse("2026-07-21T14:07:12Z")?;
//! assert_eq!(SignedRequest::read(&head, now).unwrap_err(), SignatureError::Missing);
//!
//! let secret = SecretKey::parse("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
//! assert_eq!(format!("{secret:?}"), "SecretKey(..)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | is |
//! |---|---|
//! | [`signature`] | who signed a request, found out as AWS does (Signature Version 4) |

pub mod signature;
