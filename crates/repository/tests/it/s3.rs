//! Object stores that speak S3.

mod proxy;
mod trouble;

use crate::{
    Chance, id,
    laws::{self, Place, ingest, whole},
    mixed,
};
use atlas_repository::{OpenPoolError, Pool, PoolUrl, RepositoryError, S3, S3Credentials, S3Error};
use atlas_test_servers::S3 as Server;
use core::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// What no text may show.
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLETOKEN==";

fn server() -> &'static Server {
    Server::shared().unwrap_or_else(|error| panic!("{error}"))
}

fn credentials() -> S3Credentials {
    let mut credentials = S3Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET);
    credentials.token = Some(TOKEN.to_owned());
    credentials
}

/// A bucket of its own, under a prefix, at an endpoint.
fn bucket(endpoint: String) -> S3 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let name = format!("bucket-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    server().make_bucket(&name).unwrap();
    let mut s3 = S3::new(name, "us-east-1", credentials());
    s3.prefix.push_str("some/where");
    s3.endpoint = Some(endpoint);
    s3
}

pub(crate) fn place() -> Place {
    Place {
        pool: bucket(server().endpoint()).open().unwrap().into(),
        folder: None,
    }
}

laws::laws!(in_s3: crate::s3::place);

/// Nothing that an error or a value says of itself has a secret in it.
#[track_caller]
fn assert_silent(what: &dyn core::fmt::Debug, error: Option<&dyn core::error::Error>) {
    let mut text = format!("{what:?} {what:#?}");
    let mut next = error;
    while let Some(error) = next {
        write!(text, " {error} {error:?}").unwrap();
        next = error.source();
    }
    for secret in [SECRET, TOKEN] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn a_put_fails_where_something_is() {
    let place = place();
    ingest(&place.pool, 1, &mixed(41, 2)).unwrap();
    let again = ingest(&place.pool, 1, &mixed(42, 2)).unwrap_err();
    assert!(matches!(again, RepositoryError::Exists(_)));
    assert!(!place.pool.abandon(id(1)).unwrap());
}

#[test]
fn objects_are_below_the_prefix_and_nowhere_else() {
    let s3 = bucket(server().endpoint());
    let pool = Pool::from(s3.open().unwrap());
    ingest(&pool, 1, &mixed(43, 2)).unwrap();
    let mut other = s3.clone();
    other.prefix = "some/where-else".to_owned();
    assert!(other.open().unwrap().images().unwrap().is_empty());
    let mut all = s3.clone();
    all.prefix.clear();
    assert!(all.open().unwrap().images().unwrap().is_empty());
    // Whoever opens it again finds it.
    assert!(whole(&Pool::from(s3.open().unwrap()), 1).unwrap() == mixed(43, 2));
}

#[test]
fn settings_are_asked_for_by_their_names() {
    let endpoint = server().endpoint();
    let s3 = bucket(endpoint.clone());
    let setting = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" => Some("AKIA".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some(SECRET.to_owned()),
        "AWS_SESSION_TOKEN" => Some(TOKEN.to_owned()),
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(endpoint.clone()),
        _ => None,
    };
    let url = PoolUrl::parse(&format!("s3://{}/a/b", s3.bucket)).unwrap();
    let pool = url.open(&setting).unwrap();
    assert_silent(&pool, None);
    ingest(&pool, 1, &mixed(44, 2)).unwrap();
    let mut same = s3;
    same.prefix = "a/b".to_owned();
    assert_eq!(same.open().unwrap().images().unwrap(), [id(1)]);
    for missing in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        let without = |name: &str| setting(name).filter(|_| name != missing);
        let error = url.open(&without).unwrap_err();
        let OpenPoolError::S3 { source, .. } = &error else {
            panic!("{error:?}");
        };
        assert!(matches!(source, S3Error::Missing(name) if *name == missing));
        assert_eq!(source.to_string(), format!("`{missing}` is not set"));
        assert_silent(&error, Some(&error));
    }
    // A region is needed where S3 itself is asked.
    let alone =
        |name: &str| setting(name).filter(|_| !matches!(name, "AWS_REGION" | "AWS_ENDPOINT_URL"));
    let error = S3::from_settings("images", &alone).unwrap_err();
    assert!(matches!(error, S3Error::Missing("AWS_REGION")));
    let elsewhere = |name: &str| setting(name).filter(|_| name != "AWS_REGION");
    assert_eq!(
        S3::from_settings("images", &elsewhere).unwrap().region,
        "us-east-1"
    );
}

#[test]
fn settings_that_make_no_sense_are_refused_before_they_are_used() {
    let right = S3::new("images", "eu-central-1", credentials());
    assert!(right.open().is_ok());
    let characters = "is empty, too long, or has characters that cannot be in it";
    let mut wrong: Vec<(S3, String)> = Vec::new();
    let mut add = |change: &dyn Fn(&mut S3), name: &str, why: &str| {
        let mut s3 = right.clone();
        change(&mut s3);
        wrong.push((s3, format!("`{name}` {why}")));
    };
    add(&|s3| s3.bucket.clear(), "bucket", characters);
    add(&|s3| s3.bucket.push('/'), "bucket", characters);
    add(&|s3| s3.prefix.push('?'), "prefix", characters);
    add(&|s3| s3.region.push('\n'), "AWS_REGION", characters);
    add(
        &|s3| s3.credentials.id.push('\r'),
        "AWS_ACCESS_KEY_ID",
        characters,
    );
    add(
        &|s3| s3.credentials.secret.push('é'),
        "AWS_SECRET_ACCESS_KEY",
        characters,
    );
    add(
        &|s3| s3.credentials.token = Some(format!("{TOKEN}\n")),
        "AWS_SESSION_TOKEN",
        characters,
    );
    let endpoints = [
        (
            "localhost:9000/",
            "is no URL of `http` or `https` with a host",
        ),
        ("", "is no URL"),
        ("http://", "is no URL"),
        (
            "ftp://localhost",
            "is no URL of `http` or `https` with a host",
        ),
        (
            "http://a:b@localhost",
            "holds a key, which belongs elsewhere",
        ),
        (
            "http://localhost/bucket",
            "has something behind its host and port",
        ),
        (
            "http://localhost/?a",
            "has something behind its host and port",
        ),
    ];
    for (endpoint, why) in endpoints {
        add(
            &|s3| s3.endpoint = Some(endpoint.to_owned()),
            "AWS_ENDPOINT_URL",
            why,
        );
    }
    for (s3, message) in wrong {
        let error = s3.open().unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_silent(&error, Some(&error));
        assert_silent(&s3, None);
    }
    let mut s3 = right;
    for text in ["", "no certificate"] {
        s3.authorities = Some(text.to_owned());
        assert!(matches!(s3.open(), Err(S3Error::Authorities(_))));
    }
}

#[test]
fn secrets_are_never_told() {
    let mut s3 = bucket(server().endpoint());
    assert_silent(&s3, None);
    // A bucket that is not there, and a server that is not.
    s3.bucket = "nowhere-at-all".to_owned();
    s3.retries = 1;
    s3.pause = Duration::from_millis(1);
    let pool = Pool::from(s3.open().unwrap());
    assert_silent(&pool, None);
    let error = ingest(&pool, 1, &mixed(45, 1)).unwrap_err();
    assert_silent(&error, Some(&error));
    let port = atlas_test_servers::free_port().unwrap();
    s3.endpoint = Some(format!("http://127.0.0.1:{port}"));
    let error = Pool::from(s3.open().unwrap()).images().unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert_silent(&error, Some(&error));
}

const CERTIFICATE: &str = include_str!("../../../store-postgres/tests/data/tls/server.pem");
const KEY: &str = include_str!("../../../store-postgres/tests/data/tls/server.key");
const AUTHORITY: &str = include_str!("../../../store-postgres/tests/data/tls/authority.pem");

#[test]
fn a_server_with_tls_is_trusted_by_its_certificate() {
    let server = Server::start_with_tls(CERTIFICATE, KEY).unwrap_or_else(|error| panic!("{error}"));
    let mut s3 = S3::new("images", "us-east-1", credentials());
    s3.endpoint = Some(server.endpoint());
    s3.authorities = Some(AUTHORITY.to_owned());
    s3.retries = 1;
    s3.pause = Duration::from_millis(1);
    // The server answers, that there is no such bucket: it was believed.
    let error = s3.open().unwrap().images().unwrap_err();
    assert!(told(&error).contains("NoSuchBucket"), "{}", told(&error));
    // An authority that nobody trusts, another name than the one in the certificate, no TLS.
    let mut others = vec![s3.clone(), s3.clone(), s3];
    others[0].authorities = None;
    others[1].endpoint = Some(format!("https://127.0.0.1:{}", server.port()));
    others[2].endpoint = Some(format!("http://localhost:{}", server.port()));
    for s3 in others {
        let error = s3.open().unwrap().images().unwrap_err();
        assert!(!told(&error).contains("NoSuchBucket"), "{}", told(&error));
        assert_silent(&error, Some(&error));
    }
}

/// An error with all that is behind it.
fn told(error: &RepositoryError) -> String {
    let mut text = error.to_string();
    let mut next = core::error::Error::source(error);
    while let Some(error) = next {
        write!(text, ": {error}").unwrap();
        next = error.source();
    }
    text
}

#[test]
fn a_pool_works_in_a_runtime_and_goes_away_in_one() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let place = place();
        let bytes = Chance(46).bytes(300_000);
        ingest(&place.pool, 1, &bytes).unwrap();
        assert!(whole(&place.pool, 1).unwrap()[..bytes.len()] == bytes);
        drop(place);
    });
}
