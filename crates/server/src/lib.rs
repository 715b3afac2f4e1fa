//! Routers that an embedder mounts in an axum application of its own.
//!
//! ```
//! use atlas_server::{BearerTokens, Caller, Limits, disk_images};
//! use cloud_atlas::{Atlas, Pools};
//! use core::net::Ipv4Addr;
//! use std::{io::{Read as _, Write as _}, net::TcpStream};
//! use tokio::{net::TcpListener, runtime};
//!
//! let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
//! let address = runtime.block_on(async {
//!     let atlas = Atlas::builder().with_pools(Pools::default()).init("memory:").await?;
//!     let admin = Caller::new("admin".parse()?, "/".parse()?);
//!     let tokens = BearerTokens::new([("0123456789abcdef0123456789abcdef", admin)])?;
//!     let router = disk_images(atlas, tokens, Limits::default());
//!
//!     // The program may have routes of its own beside it, and serve them as it likes.
//!     let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
//!     let address = listener.local_addr()?;
//!     tokio::spawn(async move { axum::serve(listener, router).await });
//!     Ok::<_, Box<dyn std::error::Error>>(address)
//! })?;
//!
//! // Who is not known learns nothing.
//! let mut client = TcpStream::connect(address)?;
//! client.write_all(b"GET /disk-images/ami-0123456789abcdef0 HTTP/1.0\r\n\r\n")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.0 401 Unauthorized\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It holds no rule: each request becomes calls of the facade, as whom the host program says. It
//! opens no socket and keeps no log; those are the host's. What happens while it answers a request of
//! EC2's is in a span of `tracing` with the id of the request.
//!
//! | type | is |
//! |---|---|
//! | [`disk_images`], [`DiskImages`] | byte ranges of disk images over HTTP (RFC 9110) |
//! | [`Authenticate`], [`Caller`] | who asks, as the host program finds out |
//! | [`BearerTokens`] | a ready way: tokens that do not change |
//! | [`Limits`] | how much may be asked for at once |
//! | [`Activity`], [`Failure`] | what is under way, and what went wrong |
//! | [`Ec2`], [`Ec2Answer`], [`Ec2Request`] | the EC2-compatible API: who asks, within limits, and an answer |
//! | [`Ec2Authenticate`], [`Ec2Caller`] | who asks there, as the host program finds out |
//! | [`AccessKeys`], [`AccessKey`] | a ready way: whoever signs with the secret of a key |
//! | [`StoredKeys`], [`SealKeys`] | another: keys of the store, whose secrets are sealed |
//! | [`ImageApi`], [`Ec2Failure`] | the answers: EC2's actions on the images of an engine |
//! | [`Ec2Imports`] | what images are imported from there, and how many at once |
//! | [`Ec2Instances`], [`Ec2Instance`] | who knows instances, of which images are made |
//! | [`Ec2Limits`], [`Ec2Rate`] | how much a request may bring, and how often a caller may ask |
//! | [`Ec2Answered`], [`Ec2Outcome`] | what the host program is told of each answer, as for a log |
//! | [`Server`], [`ServeLimits`], [`Tls`] | a router on a socket of the host's, with limits, TLS and an end |
//! | [`Admin`], [`Metrics`], [`Connections`] | what those look at who keep a server |

mod activity;
mod admin;
mod authenticate;
mod conditions;
mod connections;
mod disk_images;
mod ec2;
mod limits;
mod metrics;
mod ranges;
mod server;

pub use crate::{
    activity::Activity,
    admin::Admin,
    authenticate::{Authenticate, BearerTokens, BearerTokensError, Caller, NotAuthenticated},
    connections::Connections,
    disk_images::{DiskImages, Failure, disk_images},
    ec2::{
        AccessKey, AccessKeys, Ec2, Ec2Answer, Ec2Answered, Ec2Authenticate, Ec2Caller, Ec2Failure,
        Ec2Imports, Ec2Instance, Ec2Instances, Ec2Limits, Ec2NotAuthenticated, Ec2Outcome, Ec2Rate,
        Ec2Request, ImageApi, KeyFileError, KeyFilePlace, KeyProblem, NewAccessKey, NoRandomness,
        RepeatedAccessKey, ResealError, SealKeys, SealKeysError, StoredKeyError, StoredKeyFailure,
        StoredKeys, UnsealError,
    },
    limits::Limits,
    metrics::Metrics,
    server::{ServeLimits, Served, Server, Tls, TlsError},
};
