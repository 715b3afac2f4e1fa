//! TLS: with which certificate, and what is refused.

use crate::serving::Served;
use atlas_server::{Connections, ServeLimits, Server, Tls};
use axum::{Router, routing::get};
use core::{error::Error, time::Duration};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    sync::Arc,
};

/// A certificate with its key, who signed it, and its name.
struct Signed {
    certificate: &'static [u8],
    key: &'static [u8],
    authority: &'static [u8],
    name: &'static str,
}

const FIRST: Signed = Signed {
    certificate: include_bytes!("../../../fetch/tests/data/tls/server.pem"),
    key: include_bytes!("../../../fetch/tests/data/tls/server.key"),
    authority: include_bytes!("../../../fetch/tests/data/tls/authority.pem"),
    name: "images.test",
};

const SECOND: Signed = Signed {
    certificate: include_bytes!("../../../store-postgres/tests/data/tls/server.pem"),
    key: include_bytes!("../../../store-postgres/tests/data/tls/server.key"),
    authority: include_bytes!("../../../store-postgres/tests/data/tls/authority.pem"),
    name: "localhost",
};

fn served(tls: Tls, limits: ServeLimits, connections: Connections) -> Served {
    let router = Router::new().route("/", get(|| async { "well" }));
    let server = Server::default().with_tls(tls).with_limits(limits);
    Served::by(router, server.counted(connections))
}

type Secured = StreamOwned<ClientConnection, TcpStream>;

/// A connection of a client that trusts one authority.
fn secured(stream: TcpStream, expected: &Signed) -> Secured {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(expected.authority).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(expected.name).unwrap();
    StreamOwned::new(
        ClientConnection::new(Arc::new(config), name).unwrap(),
        stream,
    )
}

/// Asks, and keeps the connection.
fn ask(stream: &mut Secured) -> io::Result<String> {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: atlas\r\n\r\n")?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"well") {
        let mut part = [0; 512];
        match stream.read(&mut part)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => answer.extend(&part[..read]),
        }
    }
    Ok(String::from_utf8(answer).unwrap())
}

#[test]
fn a_certificate_is_replaced_while_connections_are_served() {
    let tls = Tls::from_pem(FIRST.certificate, FIRST.key).unwrap();
    let connections = Connections::default();
    let served = served(tls.clone(), ServeLimits::default(), connections.clone());
    let mut early = secured(served.connect(), &FIRST);
    assert!(ask(&mut early).unwrap().starts_with("HTTP/1.1 200"));
    ask(&mut secured(served.connect(), &SECOND)).unwrap_err();

    tls.replace_from_pem(SECOND.certificate, SECOND.key)
        .unwrap();
    ask(&mut secured(served.connect(), &SECOND)).unwrap();
    ask(&mut secured(served.connect(), &FIRST)).unwrap_err();
    // Who was there before goes on.
    ask(&mut early).unwrap();

    // What cannot be used leaves what was there.
    tls.replace_from_pem(FIRST.certificate, SECOND.key)
        .unwrap_err();
    ask(&mut secured(served.connect(), &SECOND)).unwrap();
}

#[test]
fn who_speaks_no_tls_is_not_answered() {
    let tls = Tls::from_pem(FIRST.certificate, FIRST.key).unwrap();
    let mut limits = ServeLimits::default();
    limits.head_wait = Duration::from_millis(200);
    let connections = Connections::default();
    let served = served(tls, limits, connections.clone());
    let mut plain = served.connect();
    plain
        .write_all(b"GET / HTTP/1.1\r\nHost: atlas\r\n\r\n")
        .unwrap();
    let mut told = Vec::new();
    let _ = plain.read_to_end(&mut told);
    assert!(!told.starts_with(b"HTTP"), "{told:?}");
    // Who says nothing at all is let go, too.
    let mut silent = served.connect();
    assert_eq!(silent.read(&mut [0]).unwrap_or_default(), 0);
    ask(&mut secured(served.connect(), &FIRST)).unwrap();
    assert_eq!(connections.handshakes_failed(), 2);
    assert_eq!(connections.accepted(), 3);
}

#[test]
fn what_tls_cannot_be_spoken_with_is_refused() {
    let garbled = b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    let cases: [(&str, &[u8], &[u8]); 5] = [
        ("no certificate", FIRST.key, FIRST.key),
        ("no text", b"\xff\x00", FIRST.key),
        ("garbled", garbled, FIRST.key),
        ("no key", FIRST.certificate, FIRST.certificate),
        ("another's key", FIRST.certificate, SECOND.key),
    ];
    let mut told = String::new();
    for (what, certificate, key) in cases {
        let error = Tls::from_pem(certificate, key).unwrap_err();
        told = format!("{told}{what}: {error}");
        let mut cause = error.source();
        while let Some(error) = cause {
            told = format!("{told}: {error}");
            cause = error.source();
        }
        told.push('\n');
    }
    insta::assert_snapshot!(told);
}
