//! TLS, and whom to trust.

use crate::{
    Bench, Hosts, assert_is,
    server::{Server, redirect, whole},
    url,
};
use atlas_fetch::{Fetch, FetchError, FetchRefusal, Fetched, Fetcher, Roots};
use core::error::Error as _;

const AUTHORITY: &str = include_str!("../data/tls/authority.pem");
const OTHER: &str = include_str!("../data/tls/other.pem");
const ITSELF: &str = include_str!("../data/tls/server.pem");

fn trusting(pem: &str) -> Roots {
    let mut roots = Roots::none();
    roots.add_pem(pem).unwrap();
    roots
}

fn fetch(bench: &mut Bench, host: &str, roots: &Roots) -> Result<Fetched, FetchError> {
    let port = bench.server.port;
    bench.ask = Fetch::new(url(&format!("https://{host}:{port}/a.qcow2?sig=secret")));
    let fetcher = Fetcher::new(bench.policy.clone(), roots);
    bench.fetch_by(&fetcher.with_resolver(Hosts::at(&["127.0.0.1"])))
}

#[test]
fn b01_https_is_fetched_from_whom_a_trusted_authority_vouches_for() {
    let replies = vec![whole("\"a\"", b"disk"), whole("\"a\"", b"disk")];
    let mut bench = Bench::new(Server::with_tls(replies));
    bench.policy.is_http_allowed = false;
    for host in ["images.test", "127.0.0.1"] {
        assert_is(
            fetch(&mut bench, host, &trusting(AUTHORITY)).unwrap(),
            b"disk",
        );
    }
    assert_eq!(bench.server.requests().len(), 2);
}

#[test]
fn b07_whoever_does_not_prove_who_they_are_is_asked_for_nothing() {
    let mut bench = Bench::new(Server::with_tls(
        (0..4).map(|_| whole("\"a\"", b"disk")).collect(),
    ));
    for (host, roots, said) in [
        ("images.test", trusting(OTHER), "UnknownIssuer"),
        ("images.test", Roots::default(), "UnknownIssuer"),
        ("mirror.test", trusting(AUTHORITY), "not valid for"),
    ] {
        let refused = fetch(&mut bench, host, &roots).unwrap_err();
        if matches!(refused, FetchError::NoRoots { .. }) {
            // The system trusts nobody, so it does not trust this one either.
            continue;
        }
        assert!(matches!(refused, FetchError::Tls { .. }), "{refused:?}");
        let source = refused.source().unwrap().to_string();
        assert!(source.contains(said), "{source}");
        assert!(!refused.is_retryable());
        assert_eq!(bench.left(), [""; 0]);
    }
    let refused = fetch(&mut bench, "images.test", &Roots::none()).unwrap_err();
    assert!(matches!(refused, FetchError::NoRoots { .. }), "{refused:?}");
    assert_eq!(bench.server.requests(), [""; 0]);
}

#[test]
fn b07_a_server_that_speaks_no_tls_is_not_asked_without() {
    let mut bench = Bench::new(Server::new(vec![whole("\"a\"", b"disk")]));
    // It may wait for the end of what it takes for a request.
    bench.ask.limits.silence = core::time::Duration::from_secs(1);
    let port = bench.server.port;
    bench.ask.url = url(&format!("https://images.test:{port}/a"));
    let fetcher = Fetcher::new(bench.policy.clone(), &trusting(AUTHORITY));
    let fetcher = fetcher.with_resolver(Hosts::at(&["127.0.0.1"]));
    bench.fetch_by(&fetcher).unwrap_err();
    assert_eq!(bench.server.requests(), [""; 0]);
    assert_eq!(bench.left(), [""; 0]);
}

#[test]
fn b07_a_redirect_never_gives_up_https() {
    let plain = Server::new(vec![whole("\"a\"", b"disk")]);
    let to = plain.url("images.test");
    let mut bench = Bench::new(Server::with_tls(vec![redirect("302 Found", to.as_str())]));
    bench.policy.ports.insert(plain.port);
    let refused = fetch(&mut bench, "images.test", &trusting(AUTHORITY)).unwrap_err();
    let is_downgrade = matches!(refused, FetchError::Refused(FetchRefusal::Downgrade { .. }));
    assert!(is_downgrade, "{refused:?}");
    assert_eq!(plain.requests(), [""; 0]);
    assert_eq!(bench.left(), [""; 0]);
}

#[test]
fn authorities_are_given_as_pem() {
    let mut roots = Roots::none();
    let why = |result: Result<(), atlas_fetch::RootsError>| result.unwrap_err().to_string();
    assert_eq!(
        why(roots.add_pem("no certificate")),
        "there is no certificate in the text; give them as PEM"
    );
    let cut = AUTHORITY.replace("MII", "M!I");
    assert_eq!(
        why(roots.add_pem(&cut)),
        "a certificate cannot be read; give those of authorities, as PEM"
    );
    roots.add_pem(&format!("{AUTHORITY}{OTHER}")).unwrap();
    // One that vouches for nobody else may still be trusted to vouch for nobody.
    roots.add_pem(ITSELF).unwrap();
}
