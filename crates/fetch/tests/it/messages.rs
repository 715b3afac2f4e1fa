//! What errors say, each in its words.

use crate::{sha256, url};
use atlas_fetch::{Answer, ContentRange, Fetch, FetchError, Fetched, Fetcher, Spool};
use core::{fmt::Write as _, time::Duration};
use std::io;

/// One of each kind, of a URL that holds a secret.
fn all() -> Vec<FetchError> {
    let url = url("https://images.example.org/a.qcow2?sig=secret");
    let io = || io::Error::other("the system's words");
    let status = |status| FetchError::Status {
        url: url.clone(),
        status,
    };
    let range = |found| FetchError::Range {
        url: url.clone(),
        from: 7,
        found,
    };
    let large = |length| FetchError::TooLarge {
        url: url.clone(),
        most: 1_000,
        length,
    };
    vec![
        large(Some(1_001)),
        large(None),
        FetchError::Unknown { url: url.clone() },
        FetchError::Unreachable {
            url: url.clone(),
            source: io(),
        },
        FetchError::Tls {
            url: url.clone(),
            source: io(),
        },
        FetchError::NoRoots { url: url.clone() },
        status(401),
        status(404),
        status(503),
        status(204),
        FetchError::Answer {
            url: url.clone(),
            source: Answer::parse(b"").unwrap_err(),
        },
        FetchError::LongHead {
            url: url.clone(),
            most: 65_536,
        },
        FetchError::Encoded {
            url: url.clone(),
            encoding: "gzip".to_owned(),
        },
        range(None),
        range(ContentRange::parse("bytes 8-9/10").ok()),
        FetchError::NoLength { url: url.clone() },
        FetchError::Digest {
            url: url.clone(),
            expected: sha256(b"a"),
            found: sha256(b"b"),
        },
        FetchError::Cut {
            url: url.clone(),
            done: 7,
            source: io(),
        },
        FetchError::Silent { url: url.clone() },
        FetchError::Time {
            url: url.clone(),
            most: Duration::from_mins(1),
        },
        FetchError::Stopped,
        FetchError::Spool {
            what: "write a file",
            source: io(),
        },
    ]
}

#[test]
fn every_error_says_what_where_and_what_to_do() {
    let mut said = String::new();
    for error in &all() {
        let word = if error.is_retryable() {
            "later"
        } else {
            "never"
        };
        writeln!(said, "{word}: {error}").unwrap();
        assert!(
            !format!("{error} {error:?}").contains("secret"),
            "{error:?}"
        );
    }
    insta::assert_snapshot!(said, @r#"
    never: `https://images.example.org/a.qcow2` has 1001 bytes, and at most 1000 bytes are taken; raise the limit, or use a smaller image
    never: `https://images.example.org/a.qcow2` has too many bytes, and at most 1000 bytes are taken; raise the limit, or use a smaller image
    later: the host `images.example.org` has no address; look at its spelling, or at the name server
    later: the host `images.example.org` cannot be reached; try again later
    never: the host `images.example.org` does not prove who it is; use a host with a certificate that is trusted, or trust its authority
    never: `https://images.example.org/a.qcow2` needs certificates to trust, and the system has none; install its list of authorities, or give some
    never: `https://images.example.org/a.qcow2` answers with the status 401; use a URL that is open, or one with a signature that is still good
    never: `https://images.example.org/a.qcow2` answers with the status 404; look at its spelling
    later: `https://images.example.org/a.qcow2` answers with the status 503; try again later
    never: `https://images.example.org/a.qcow2` answers with the status 204; use another source
    never: `https://images.example.org/a.qcow2` does not answer as HTTP asks for; use another source
    never: `https://images.example.org/a.qcow2` answers with more than 65536 bytes before its file; use another source
    never: `https://images.example.org/a.qcow2` packs its answer as `gzip`, which was not asked for; use a source that gives the file as it is
    never: `https://images.example.org/a.qcow2` was asked for what begins at byte 7, and answers with a part that it does not name; fetch it anew
    never: `https://images.example.org/a.qcow2` was asked for what begins at byte 7, and answers with `bytes 8-9/10`; fetch it anew
    never: `https://images.example.org/a.qcow2` does not say how long its file is; give the digest that it must have, or use another source
    never: `https://images.example.org/a.qcow2` has the SHA-256 3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d, not ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb; look at where the digest comes from, or use another source
    later: the connection to `images.example.org` was cut after 7 bytes; fetch it again
    later: the host `images.example.org` is silent; fetch it again later
    later: `https://images.example.org/a.qcow2` is not there after 60 s; fetch it again, or allow more time
    later: the fetch was stopped
    later: cannot write a file in the spool; look at its room and its permissions
    "#);
}

#[test]
fn whoever_fetches_may_do_so_on_any_thread() {
    fn is_free<T: Send + Sync>() {}
    is_free::<Fetcher>();
    is_free::<Fetch>();
    is_free::<Fetched>();
    is_free::<Spool>();
    is_free::<FetchError>();
}
