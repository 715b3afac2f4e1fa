//! Who may ask the EC2-compatible API, and what the others are told.

use crate::{
    serving::{Exchange, Served, request_text},
    signer::{Plain, Request, Signer},
};
use atlas_server::{
    AccessKey, AccessKeys, Caller, Ec2, Ec2Answer, Ec2Caller, Ec2Limits, Ec2Request, ServeLimits,
};
use axum::{
    Router,
    response::{IntoResponse as _, Response},
};
use cloud_atlas::{Clock, base::Timestamp};
use core::time::Duration;
use std::sync::Arc;

/// It is always this time.
#[derive(Debug)]
pub(crate) struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        "2026-07-21T12:00:00Z".parse().unwrap()
    }
}

/// Says who asked for what.
pub(crate) struct Echo;

impl Ec2Answer for Echo {
    async fn answer(&self, caller: Ec2Caller, request: Ec2Request) -> Response {
        let Ec2Caller {
            caller,
            account,
            region,
            ..
        } = caller;
        let form = String::from_utf8_lossy(&request.form);
        let (who, scope) = (caller.principal, caller.scope);
        let text = format!("{who} {scope} {account} {region} {}? {form}", request.query);
        text.into_response()
    }
}

pub(crate) fn key(id: &str, who: &str, scope: &str, account: &str) -> AccessKey {
    AccessKey {
        id: id.parse().unwrap(),
        secret: atlas_ec2::signature::SecretKey::parse(&secret(id)).unwrap(),
        account: account.parse().unwrap(),
        caller: Caller::new(who.parse().unwrap(), scope.parse().unwrap()),
    }
}

fn secret(id: &str) -> String {
    format!("secret-of-{id}-0123456789")
}

pub(crate) fn keys() -> AccessKeys {
    let keys = [
        key("AKONE", "dana", "/acme/web", "111111111111"),
        key("AKTWO", "eli", "/acme/db", "111111111111"),
        key("AKTHREE", "fay", "/other", "222222222222"),
    ];
    AccessKeys::new(keys).unwrap()
}

pub(crate) fn signer(id: &str) -> Signer {
    Signer {
        key: id.to_owned(),
        secret: secret(id),
        date: "20260721T120000Z".to_owned(),
        region: "eu-central-1".to_owned(),
        service: "ec2".to_owned(),
        token: None,
    }
}

pub(crate) fn post(path: &str, body: &str) -> Plain {
    Plain {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        headers: vec![("Host".to_owned(), "atlas:8773".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

pub(crate) fn signed(id: &str) -> Request {
    signer(id).sign(&post("/", "Action=DescribeRegions"))
}

fn served(keys: AccessKeys) -> Served {
    let mut limits = Ec2Limits::default();
    limits.body_bytes = 1_000;
    limits.body_wait = Duration::from_millis(200);
    let api = Ec2::new(keys, Echo, limits).with_clock(Arc::new(Noon));
    Served::start(api.router(), ServeLimits::default())
}

/// The error document: its code, its message, and the id of the request.
#[track_caller]
pub(crate) fn refused(reply: &Exchange, status: u16, code: &str) -> String {
    assert_eq!(reply.status, status, "{reply:?}");
    let document = roxmltree::Document::parse(&reply.body).unwrap();
    let text = |name: &str| {
        let found = document.descendants().find(|node| node.has_tag_name(name));
        found.unwrap().text().unwrap().to_owned()
    };
    assert_eq!(text("Code"), code, "{reply:?}");
    let id = text("RequestID");
    assert_eq!(reply.header("x-amzn-requestid"), Some(&*id));
    assert!(uuid(&id), "{id}");
    assert_eq!(reply.header("content-type"), Some("text/xml;charset=UTF-8"));
    assert_eq!(document.root_element().tag_name().name(), "Response");
    text("Message")
}

fn uuid(id: &str) -> bool {
    let lengths: Vec<_> = id.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && id.as_bytes()[14] == b'7'
}

#[test]
fn e05_a_key_stands_for_a_principal_a_scope_and_an_account() {
    let served = served(keys());
    for (id, expected) in [
        ("AKONE", "dana /acme/web 111111111111"),
        ("AKTWO", "eli /acme/db 111111111111"),
        ("AKTHREE", "fay /other 222222222222"),
    ] {
        let reply = served.ask(&signed(id));
        assert_eq!(reply.status, 200, "{reply:?}");
        let expected = format!("{expected} eu-central-1 ? Action=DescribeRegions");
        assert_eq!(reply.body, expected);
        assert!(uuid(reply.header("x-amzn-requestid").unwrap()));
        assert_eq!(reply.header("cache-control"), Some("no-cache, no-store"));
    }
    let mut plain = post("/", "");
    plain.method = "GET".to_owned();
    plain.query = vec![("Action".to_owned(), "DescribeRegions".to_owned())];
    let reply = served.ask(&signer("AKONE").presign(&plain, "60"));
    let expected = "dana /acme/web 111111111111 eu-central-1 Action=DescribeRegions&X-Amz-Algo";
    assert!(reply.body.starts_with(expected), "{reply:?}");
}

#[test]
fn e05_who_is_not_known_is_told_so_as_ec2_does() {
    let served = served(keys());
    let mut request = signed("AKONE");
    request.set("authorization", None);
    let reply = served.ask(&request);
    let message = refused(&reply, 403, "MissingAuthenticationToken");
    assert!(
        message.starts_with("The request is not signed: "),
        "{message}"
    );
    refused(&served.ask(&signed("AKFOUR")), 401, "AuthFailure");
    let mut request = signed("AKONE");
    request.body = b"Action=DeregisterImage".to_vec();
    refused(&served.ask(&request), 403, "SignatureDoesNotMatch");
    let mut late = signer("AKONE");
    late.date = "20260721T114459Z".to_owned();
    let late = late.sign(&post("/", ""));
    refused(&served.ask(&late), 400, "RequestExpired");
    let mut request = signed("AKONE");
    request.set("authorization", Some("AWS4-HMAC-SHA256 <&>"));
    refused(&served.ask(&request), 400, "IncompleteSignature");
    let mut other = signed("AKONE");
    other.method = "PUT".to_owned();
    let reply = served.ask(&other);
    refused(&reply, 405, "InvalidRequest");
    assert_eq!(reply.header("allow"), Some("GET, POST"));
}

#[test]
fn e05_a_body_is_read_up_to_its_limit_and_only_for_a_good_head() {
    let served = served(keys());
    let body = "a".repeat(1_000);
    let whole = signer("AKONE").sign(&post("/", &body));
    assert_eq!(served.ask(&whole).status, 200);
    let longer = signer("AKONE").sign(&post("/", &format!("{body}a")));
    let message = refused(&served.ask(&longer), 413, "RequestEntityTooLarge");
    assert_eq!(message, "The body has more than 1000 bytes.");

    // The body never comes: who is not known is not waited for, and the others are for a while.
    let head = |request: &Request| {
        let text = request_text(request);
        let text = String::from_utf8(text).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        format!("{head}\r\n\r\n").into_bytes()
    };
    let mut unsigned = signed("AKONE");
    unsigned.set("authorization", None);
    refused(
        &served.exchange(&head(&unsigned)),
        403,
        "MissingAuthenticationToken",
    );
    refused(
        &served.exchange(&head(&signed("AKONE"))),
        408,
        "RequestTimeout",
    );
}

#[test]
fn e05_keys_are_replaced_while_requests_are_answered() {
    let keys = keys();
    let served = served(keys.clone());
    assert_eq!(served.ask(&signed("AKONE")).status, 200);
    let two = || key("AKFOUR", "gus", "/acme", "111111111111");
    let error = keys.replace([two(), two()]).unwrap_err();
    assert_eq!(
        (error.number, error.first, error.id.as_str()),
        (2, 1, "AKFOUR")
    );
    let message = "key 2 has the access key id AKFOUR, as key 1 has";
    assert_eq!(error.to_string(), message);
    assert_eq!(served.ask(&signed("AKONE")).status, 200);

    keys.replace([two()]).unwrap();
    assert_eq!((keys.len(), keys.is_empty()), (1, false));
    refused(&served.ask(&signed("AKONE")), 401, "AuthFailure");
    assert!(served.ask(&signed("AKFOUR")).body.starts_with("gus /acme "));
    keys.replace([]).unwrap();
    assert!(keys.is_empty());
    refused(&served.ask(&signed("AKFOUR")), 401, "AuthFailure");
}

#[test]
fn e05_a_router_below_a_path_is_signed_for_where_it_is() {
    let api = || Ec2::new(keys(), Echo, Ec2Limits::default()).with_clock(Arc::new(Noon));
    let nested = Router::new().nest("/services/Cloud", api().router());
    let at = Router::new()
        .route("/", axum::routing::get(|| async { "the host's own" }))
        .merge(api().router_at("/services/Cloud/"));
    for (router, ends) in [(nested, &[""][..]), (at, &["", "/"])] {
        let served = Served::start(router, ServeLimits::default());
        for end in ends {
            let path = format!("/services/Cloud{end}");
            let request = signer("AKONE").sign(&post(&path, "Action=x"));
            let reply = served.ask(&request);
            assert_eq!(reply.status, 200, "{path}: {reply:?}");
            let mut elsewhere = signed("AKONE");
            elsewhere.path = path;
            refused(&served.ask(&elsewhere), 403, "SignatureDoesNotMatch");
        }
        let below = signer("AKONE").sign(&post("/services/Cloud/x", "Action=x"));
        assert_eq!(served.ask(&below).status, 404);
    }
}
