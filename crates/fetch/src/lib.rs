//! Files from URLs: from where they may come, and bringing them, as far as a policy allows.
//!
//! ```
//! use atlas_fetch::{Fetch, FetchPolicy, Fetcher, Network, Roots, SourceUrl, Spool, Watch};
//! use std::{io::{Read as _, Write as _}, net::TcpListener, thread};
//!
//! // A server of this machine.
//! let server = TcpListener::bind("127.0.0.1:0")?;
//! let port = server.local_addr()?.port();
//! thread::spawn(move || {
//!     for stream in server.incoming().flatten() {
//!         let mut request = [0; 1024];
//!         let _ = (&stream).read(&mut request);
//!         let _ = (&stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndisk");
//!     }
//! });
//!
//! // Insides are refused, and so is what is no https, unless they are allowed.
//! let url = SourceUrl::parse(&format!("http://127.0.0.1:{port}/a.qcow2"))?;
//! let mut policy = FetchPolicy::default();
//! policy.ports.insert(port);
//! let folder = std::env::temp_dir().join(format!("atlas-fetch-example-{port}"));
//! let spool = Spool::open(&folder)?;
//! let ask = Fetch::new(url);
//! let fetcher = Fetcher::new(policy.clone(), &Roots::default());
//! assert!(fetcher.fetch(&ask, &spool, Watch::default()).is_err());
//!
//! policy.is_http_allowed = true;
//! policy.networks.insert(Network::parse("127.0.0.0/8")?);
//! let fetcher = Fetcher::new(policy, &Roots::default());
//! let mut fetched = fetcher.fetch(&ask, &spool, Watch::default())?;
//! let mut text = String::new();
//! fetched.file.read_to_string(&mut text)?;
//! assert_eq!((text.as_str(), fetched.length), ("disk", 4));
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It knows nothing of images: what was fetched is as hostile as any file. It speaks HTTP/1.1 with `GET`,
//! asks for nothing that needs a password, keeps no cookies and unpacks nothing.
//!
//! | type | is |
//! |---|---|
//! | [`SourceUrl`] | the URL of an image, whose query is shown to nobody |
//! | [`FetchPolicy`], [`Network`], [`HostPattern`] | from where may be fetched: pure functions |
//! | [`Fetcher`] | what fetches, with whom it [trusts](Roots), [asks for addresses](Resolve) and [for the time](Clock) |
//! | [`Fetch`], [`FetchLimits`] | what is fetched, and how much it may ask for |
//! | [`Spool`] | where files are until they are whole; what a cut left there, the next call goes on with |
//! | [`Fetched`] | a file that is whole, and its digest |
//! | [`Answer`], [`Body`], [`ContentRange`], [`Validator`], [`Kept`] | what is read of foreign bytes, without connecting to anybody |
//! | [`Watch`], [`Progress`] | who is told how far it is, and may stop it |

#![expect(
    clippy::disallowed_methods,
    reason = "this crate is an edge: it measures how long a source takes, and keeps files in its spool"
)]

mod address;
mod answer;
mod attempt;
mod body;
mod error;
mod fetch;
mod kept;
mod pace;
mod part;
mod resolve;
mod roots;
mod sha256;
mod spool;
mod watch;
mod wire;

pub use self::{
    address::{
        AddressRange, FetchPolicy, FetchRefusal, HostPattern, Network, ParseHostPatternError,
        ParseNetworkError, ParseSourceUrlError, SourceUrl,
    },
    answer::{Answer, ContentRange, Framing, Validator},
    body::Body,
    error::{FetchError, ParseAnswerError, ParseKeptError, ParseSha256Error},
    fetch::{Fetch, FetchLimits, Fetched, Fetcher},
    kept::Kept,
    pace::{Clock, SystemClock},
    resolve::{Resolve, SystemResolver},
    roots::{Roots, RootsError},
    sha256::Sha256,
    spool::{Cleaned, Spool},
    watch::{Progress, Watch},
};
