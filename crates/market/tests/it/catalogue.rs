//! How publications are listed, found and shown.

use crate::{
    AMI, Mci, TOKYO, Template, URN, dana, name, now, offered, pretty, publication, reason, request,
    scope, to_groups, viewer,
};
use atlas_market::{CatalogueQuery, LineageKind, Listing, Publication, Visibility};
use atlas_mci::HeadEdit;
use insta::assert_snapshot;

#[test]
fn p09_a_lineage_is_listed_under_its_newest_published_name() {
    let mut all = vec![
        offered(7, 1, "web", Visibility::Public),
        offered(7, 2, "web server", Visibility::Public),
        offered(7, 3, "secret", to_groups(&[1])),
    ];
    let listed = |all: &[Publication], at: &str, groups: &[u128]| {
        let listing = Listing::of(all, &viewer(at, groups));
        listing.map(|it| (it.name.to_string(), it.revision.get()))
    };
    let some = |name: &str, revision| Some((name.to_owned(), revision));
    assert_eq!(listed(&all, "/globex", &[]), some("web server", 2));
    assert_eq!(listed(&all, "/globex", &[1]), some("secret", 3));
    assert_eq!(listed(&all, "/acme/prod", &[]), some("secret", 3));
    all[1] = all[1].deprecate(reason("old"), dana(), now()).unwrap();
    assert_eq!(listed(&all, "/globex", &[]), some("web", 1));
    assert_eq!(listed(&all[2..], "/globex", &[]), None);
    assert_snapshot!(pretty(&Listing::of(&all, &viewer("/globex", &[]))), @r#"
    {
      "publication": "pub-00000000000000000000000000000007",
      "kind": "mci",
      "name": "web",
      "publisher": "/acme",
      "short": "a base for the web",
      "revision": 1,
      "locations": [
        "azure"
      ],
      "tags": [],
      "published_at": "2026-07-21T14:07:12Z"
    }
    "#);
}

#[test]
fn p09_the_publication_lineage_is_not_the_lineage() {
    let mut mci = Mci::open(7, "web");
    let one = mci.publish(request(Visibility::Public), &[]).unwrap();
    mci.scope = scope("/acme/prod");
    let other = mci.publish(request(Visibility::Public), &[]).unwrap();
    assert_eq!(one.publication.lineage, other.publication.lineage);
    assert_eq!(
        one.publication.reference().to_string(),
        "pub-00000000000000000000000000000007@1"
    );
    assert_eq!(
        one.publication.source.to_string(),
        "lin-00000000000000000000000000000007"
    );
}

#[test]
fn p08_deprecated_ones_are_listed_to_their_publisher_alone() {
    let it = offered(7, 1, "web", Visibility::Public);
    let all = [it.deprecate(reason("old"), dana(), now()).unwrap()];
    assert_eq!(Listing::of(&all, &viewer("/globex", &[])), None);
    let own = Listing::of(&all, &viewer("/acme", &[])).unwrap();
    assert!(!CatalogueQuery::default().matches(&own));
}

#[test]
fn p09_a_query_finds_what_is_all_that_it_says() {
    let mut mci = Mci::new(7, "Web Base", &[("azure", URN), (TOKYO, AMI)]);
    let tagged = mci
        .content
        .content()
        .edited([HeadEdit::AddTag("tier:is=web".parse().unwrap())]);
    (mci.revision, mci.content) = crate::commit(mci.lineage, 1, |_| tagged.clone().unwrap());
    let mut asked = request(Visibility::Public);
    asked.admit.unknown = true;
    let published = mci.publish(asked.clone(), &[]).unwrap().publication;
    let listing = Listing::of(&[published], &viewer("/globex", &[])).unwrap();
    let is_found = |query: &str| {
        let query: CatalogueQuery = serde_json::from_str(query).unwrap();
        query.matches(&listing)
    };
    assert!(is_found("{}"));
    assert!(is_found(r#"{"name":"web b"}"#) && !is_found(r#"{"name":"web-b"}"#));
    assert!(is_found(r#"{"publisher":"/acme"}"#) && !is_found(r#"{"publisher":"/globex"}"#));
    assert!(is_found(r#"{"tag":"tier:is=web"}"#) && !is_found(r#"{"tag":"tier:is=db"}"#));
    assert!(is_found(r#"{"kind":"mci"}"#) && !is_found(r#"{"kind":"template"}"#));
    assert!(is_found(
        r#"{"name":"WEB","location":"azure","kind":"mci"}"#
    ));
    assert!(!is_found(r#"{"name":"WEB","location":"gcp","kind":"mci"}"#));
    let template = Template::of(9, "Web Base", &[&mci]);
    let published = template.publish(asked, &[]).unwrap().publication;
    let listing = Listing::of(&[published], &viewer("/globex", &[])).unwrap();
    assert_eq!(listing.kind, LineageKind::Template);
    assert_eq!(listing.tags.len(), 1);
}

#[test]
fn p09_a_place_is_covered_by_what_lies_around_it() {
    let mut asked = request(Visibility::Public);
    asked.admit.unknown = true;
    let mci = Mci::new(
        7,
        "web",
        &[("azure", URN), ("vmware:vc1/DC1", "vm-42"), (TOKYO, AMI)],
    );
    let published = mci.publish(asked, &[]).unwrap().publication;
    let listing = Listing::of(&[published], &viewer("/globex", &[])).unwrap();
    let covers = |place: &str| {
        let query = CatalogueQuery::at(crate::at(place));
        query.matches(&listing)
    };
    assert!(covers("azure") && covers("azure/westeurope"));
    assert!(covers("vmware:vc1/DC1") && covers("vmware:vc1/DC1/cluster-a"));
    assert!(covers(TOKYO));
    assert!(!covers("aws/us-east-1") && !covers("vmware:vc1/DC2") && !covers("gcp"));
}

#[test]
fn p02_a_stranger_sees_no_more_than_what_is_offered() {
    let it = offered(7, 1, "web", to_groups(&[1, 2]));
    assert_eq!(it.as_seen_by(&viewer("/globex", &[3])), None);
    assert_eq!(it.as_seen_by(&viewer("/", &[])), None);
    let seen = it.as_seen_by(&viewer("/globex", &[1])).unwrap();
    let text = serde_json::to_string(&seen).unwrap();
    assert!(!text.contains("grp-") && !text.contains("dana"), "{text}");
    assert_snapshot!(pretty(&seen), @r#"
    {
      "publication": "pub-00000000000000000000000000000007@1",
      "publisher": "/acme",
      "kind": "mci",
      "source": "lin-00000000000000000000000000000007",
      "digest": "blake3:215fadf4881548e7afdbaa46703372467de6c4faae4e5735c73df9623505c6ed",
      "name": "web",
      "short": "a base for the web",
      "notes": "round 1\n\nof images",
      "locations": [
        "azure"
      ],
      "tags": [],
      "published_at": "2026-07-21T14:07:12Z"
    }
    "#);
    let own = it.as_seen_by(&viewer("/acme/prod", &[])).unwrap();
    assert_eq!(own.visibility, Some(to_groups(&[1, 2])));
    assert_eq!(own.name, name("web"));
    assert_eq!(own.publication, publication(7, 1));
}

#[test]
fn p02_a_stored_publication_reads_back() {
    let it = offered(7, 1, "web", to_groups(&[1]));
    assert_snapshot!(pretty(&it), @r#"
    {
      "lineage": "pub-00000000000000000000000000000007",
      "revision": 1,
      "publisher": "/acme",
      "kind": "mci",
      "source": "lin-00000000000000000000000000000007",
      "digest": "blake3:215fadf4881548e7afdbaa46703372467de6c4faae4e5735c73df9623505c6ed",
      "content": "blake3:75bb01b9bb852027612294f499150785139f6f7cd1707dd7e752e97584db897e",
      "name": "web",
      "short": "a base for the web",
      "notes": "round 1\n\nof images",
      "visibility": {
        "to": "groups",
        "groups": [
          "grp-00000000000000000000000000000001"
        ]
      },
      "locations": [
        "azure"
      ],
      "tags": [],
      "state": {
        "is": "active"
      },
      "published_at": "2026-07-21T14:07:12Z",
      "published_by": "dana"
    }
    "#);
    let text = serde_json::to_string(&it).unwrap();
    assert_eq!(serde_json::from_str::<Publication>(&text).unwrap(), it);
    let mut value = serde_json::to_value(&it).unwrap();
    value["stars"] = 5.into();
    assert!(serde_json::from_value::<Publication>(value.clone()).is_err());
    value.as_object_mut().unwrap().remove("stars");
    let refs: Vec<_> = (1..=33).map(|at| publication(at, 1).to_string()).collect();
    value["dependencies"] = refs[..32].into();
    assert!(serde_json::from_value::<Publication>(value.clone()).is_ok());
    value["dependencies"] = refs.into();
    let refused = serde_json::from_value::<Publication>(value).unwrap_err();
    insta::assert_snapshot!(refused, @"33 dependencies are too many, at most 32 are allowed");
}
