//! What lacks its counterpart.

use crate::{AMI, location, record, registered, request, scope};
use atlas_image::{
    Candidate, CloudImage, CloudServer, DiscoverFacts, ImageRecord, ImageRecordId, ServerState,
    candidates, discover,
};
use atlas_image_id::{Cloud, ImageId};
use std::collections::BTreeSet;

const EAST: &str = "aws/us-east-1";

fn image(text: &str) -> CloudImage {
    CloudImage::new(location(EAST), ImageId::parse(Cloud::Aws, text).unwrap())
}

fn server(id: &str, from: Option<&str>) -> CloudServer {
    let mut server = CloudServer::new(
        location(EAST),
        id.parse().unwrap(),
        ServerState::Operational,
    );
    server.image_id = from.map(|text| ImageId::parse(Cloud::Aws, text).unwrap());
    server
}

#[test]
fn i10_candidates_tell_which_of_them_are_registered() {
    let records = [record(1, "/acme", true), record(2, "/acme/prod", true)];
    let listed = |at: &str, records: &[ImageRecord]| {
        let images = vec![image(AMI), image("ami-00000000000000007")];
        let found = candidates(images, records, &scope(at));
        assert_eq!(found.len(), 2);
        assert_eq!(found.last().unwrap().record, None);
        let first: Option<Candidate> = found.into_iter().next();
        first.unwrap().record.map(ImageRecordId::as_u128)
    };
    // The nearest counts, and what lies below where there is none above.
    assert_eq!(listed("/acme/prod", &records), Some(2));
    assert_eq!(listed("/acme", &records), Some(1));
    assert_eq!(listed("/acme", records.get(1..).unwrap()), Some(2));
    assert_eq!(listed("/acme/dev", records.get(1..).unwrap()), None);
    assert_eq!(listed("/acme/dev", &[record(3, "/acme", false)]), None);
}

#[test]
fn i10_discovery_finds_whatever_lacks_its_counterpart() {
    let gone = registered(request("/acme", EAST, "ami-00000000000000009")).record;
    let hidden = record(5, "/other", true);
    let records = [record(1, "/acme", true), gone.clone(), hidden];
    let missing = BTreeSet::from([gone.id(), records.last().unwrap().id()]);
    let at = scope("/acme");
    let facts = DiscoverFacts {
        scope: &at,
        records: &records,
        missing: &missing,
    };
    let images = vec![image(AMI), image("ami-00000000000000007")];
    let servers = vec![
        server("i-1", Some(AMI)),
        server("i-2", Some("ami-00000000000000008")),
        server("i-3", None),
    ];
    let found = discover(images, servers, &facts);
    assert_eq!(found.images, [image("ami-00000000000000007")]);
    assert_eq!(found.records, [gone]);
    let strays: Vec<_> = found
        .servers
        .iter()
        .map(|server| server.id.as_str())
        .collect();
    assert_eq!(strays, ["i-2", "i-3"]);
}
