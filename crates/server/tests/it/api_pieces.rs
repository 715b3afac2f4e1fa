//! `DescribeImages` of many images over the EC2-compatible API: one document, sent piece by piece.

use crate::{
    api::{Api, REGION, items, one},
    serving::{Exchange, Served},
    world::p,
};
use atlas_server::{
    Caller, Ec2, Ec2Answer, Ec2Authenticate, Ec2Caller, Ec2Limits, Ec2NotAuthenticated, Ec2Request,
    ImageApi, ServeLimits,
};
use atlas_store_conformance::{Call, Fault, FaultyStore};
use axum::{body::Body, http::request::Parts, response::Response};
use cloud_atlas::{
    base::Timestamp,
    image::{RegisterImage, Via},
    image_id::{AmiId, ImageId},
    store::MemoryStore,
};
use futures_util::StreamExt as _;
use pollster::block_on;
use std::sync::{Arc, mpsc};

/// More than two pieces.
const MANY: u128 = 600;

/// An engine with many images, on a store that fails as planned.
fn many() -> (Api, FaultyStore) {
    let store = FaultyStore::new(Arc::new(MemoryStore::new()));
    let api = Api::over(Arc::new(store.clone()), |api| api);
    let dana = api.who("dana");
    for number in 0..MANY {
        let id = ImageId::Local(AmiId::from_bits(number));
        let location = format!("local/{REGION}");
        let image = RegisterImage::new(p("/acme/web"), p(&location), id, Via::Ec2);
        block_on(dana.register_image(image)).unwrap();
    }
    (api, store)
}

/// What a body that came in pieces says, and whether all of it came.
fn joined(reply: &Exchange) -> (String, bool) {
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    assert_eq!(reply.header("content-length"), None);
    let (mut document, mut left) = (String::new(), reply.body.as_str());
    while let Some((size, rest)) = left.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return (document, rest == "\r\n");
        }
        document.push_str(&rest[..size]);
        left = &rest[size + 2..];
    }
    (document, false)
}

#[test]
fn e06_all_that_a_caller_may_launch_is_one_document() {
    let (api, _) = many();
    let reply = api.ask("dana", "DescribeImages", &[]);
    let (document, is_whole) = joined(&reply);
    assert_eq!((reply.status, is_whole), (200, true));
    let id = one(&document, "requestId");
    assert_eq!(reply.header("x-amzn-requestid"), Some(&*id));
    assert!(!document.contains("nextToken"), "{document}");
    let all = items(&document, "imagesSet", "imageId");

    let (mut paged, mut token) = (Vec::new(), String::new());
    loop {
        let pairs = [("MaxResults", "250"), ("NextToken", &*token)];
        let page = api.done("dana", "DescribeImages", &pairs[..]);
        paged.extend(items(&page, "imagesSet", "imageId"));
        if !page.contains("<nextToken>") {
            break;
        }
        token = one(&page, "nextToken");
    }
    assert_eq!(all.len(), usize::try_from(MANY).unwrap());
    assert_eq!(all, paged);
    assert_eq!(*api.failures.lock().unwrap(), [""; 0]);
}

#[test]
fn an_answer_is_cut_where_the_store_fails_in_the_middle_of_it() {
    let (api, store) = many();
    // The first piece is read before anything is answered.
    store.plan_for(Call::Snapshot, [Fault::Unavailable]);
    let refused = api.code("dana", "DescribeImages", &[]);
    assert_eq!(refused, (503, "ServiceUnavailable".to_owned()));
    api.failures.lock().unwrap().clear();

    store.plan_for(Call::Snapshot, [Fault::None, Fault::Unavailable]);
    let reply = api.ask("dana", "DescribeImages", &[]);
    let (document, is_whole) = joined(&reply);
    assert_eq!((reply.status, is_whole), (200, false));
    assert!(!document.contains("</DescribeImagesResponse>"));
    let told = api.failures.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("dana DescribeImages: "), "{told:?}");
    let (_, is_whole) = joined(&api.ask("dana", "DescribeImages", &[]));
    assert!(is_whole);
}

/// Believes everybody to be one.
struct Only(Ec2Caller);

impl Ec2Authenticate for Only {
    async fn authenticate(
        &self,
        _: &Parts,
        _: &[u8],
        _: Timestamp,
    ) -> Result<Ec2Caller, Ec2NotAuthenticated> {
        Ok(self.0.clone())
    }
}

/// Hands the bodies of answers over instead of sending them.
struct Tapped(ImageApi, mpsc::Sender<Body>);

impl Ec2Answer for Tapped {
    async fn answer(&self, caller: Ec2Caller, request: Ec2Request) -> Response {
        let response = self.0.answer(caller, request).await;
        self.1.send(response.into_body()).unwrap();
        Response::default()
    }
}

#[test]
fn what_nobody_takes_is_not_read() {
    let (api, store) = many();
    let (bodies, taken) = mpsc::channel();
    let dana = Ec2Caller::new(Caller::new(p("dana"), p("/acme/web")), api.acme, REGION);
    let tapped = Tapped(ImageApi::new(api.atlas.clone()), bodies);
    let tapped = Ec2::new(Only(dana), tapped, Ec2Limits::default());
    let served = Served::start(tapped.router(), ServeLimits::default());
    store.plan_for(Call::Snapshot, [Fault::None; 10]);
    let head = "GET /?Action=DescribeImages&Version=2016-11-15 HTTP/1.1\r\nHost: atlas\r\n\
                Connection: close\r\n\r\n";
    assert_eq!(served.exchange(head.as_bytes()).status, 200);
    let mut pieces = taken.recv().unwrap().into_data_stream();
    assert_eq!(store.planned(), 9);
    let mut left = Vec::new();
    while let Some(piece) = block_on(pieces.next()) {
        assert!(piece.unwrap().len() < 400_000);
        left.push(store.planned());
    }
    // Behind the last it is asked what is unfinished.
    assert_eq!(left, [9, 8, 6]);
}
