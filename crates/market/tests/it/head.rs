//! HEAD offered to private groups.

use crate::{dana, group, name, now, pretty, scope, time, to_groups, viewer};
use atlas_history::LineageId;
use atlas_market::{
    HeadOffer, HeadSubscription, LineageKind, OfferHeadError, OfferHeadFacts, OfferedHead,
    OfferedLineage, SubscribeError, SubscribeFacts, Viewer, Visibility, offer_head, subscribe,
};
use insta::assert_snapshot;

const LINEAGE: LineageId = LineageId::from_u128(7);

fn offer_of(
    at: &str,
    kind: LineageKind,
    head: OfferedHead,
    visibility: Visibility,
) -> Result<HeadOffer, OfferHeadError> {
    let (at, web) = (scope(at), name("web"));
    let lineage = OfferedLineage::new(LINEAGE, kind, &at, &web).with_head(head);
    let groups = [
        group(1, "/acme", &["/globex"]),
        group(2, "/globex", &["/acme"]),
    ];
    let facts = OfferHeadFacts {
        groups: &groups,
        by: &dana(),
        now: now(),
    };
    offer_head(lineage, visibility, facts)
}

fn offer(head: OfferedHead, visibility: Visibility) -> Result<HeadOffer, OfferHeadError> {
    offer_of("/acme/prod", LineageKind::Mci, head, visibility)
}

fn ready() -> HeadOffer {
    offer(OfferedHead::Ready, to_groups(&[1])).unwrap()
}

fn follow(
    offer: Option<&HeadOffer>,
    there: Option<&HeadSubscription>,
    viewer: &Viewer,
) -> Result<HeadSubscription, SubscribeError> {
    let facts = SubscribeFacts {
        offer,
        there,
        by: &dana(),
        now: now(),
    };
    subscribe(LINEAGE, viewer, facts)
}

#[test]
fn p01_head_is_offered_to_private_groups_alone() {
    let it = ready();
    assert_eq!((it.publisher, it.lineage), (scope("/acme"), LINEAGE));
    assert_snapshot!(offer(OfferedHead::Ready, Visibility::Public).unwrap_err(), @"HEAD of `web` is for account groups alone: name some, or publish a revision to everybody");
    let stranger = offer(OfferedHead::Ready, to_groups(&[1, 2])).unwrap_err();
    assert_snapshot!(stranger, @"`/acme` owns no account group `grp-00000000000000000000000000000002`: HEAD is offered to groups of its own account");
}

#[test]
fn p01_a_head_that_is_not_ones_own_is_not_offered() {
    let ask = |head| offer(head, to_groups(&[1])).unwrap_err();
    assert_snapshot!(ask(OfferedHead::Imported), @"`web` was imported and has no HEAD: clone it and offer the clone's");
    assert_snapshot!(ask(OfferedHead::Deleted), @"`web` was deleted: what is gone cannot be offered");
    assert_snapshot!(ask(OfferedHead::Empty), @"HEAD of `web` is empty: set an image for at least one cloud location");
    let of_template = |at: &str, head| {
        let groups = to_groups(&[1]);
        offer_of(at, LineageKind::Template, head, groups).unwrap_err()
    };
    assert_snapshot!(of_template("/acme", OfferedHead::Empty), @"HEAD of `web` is empty: link at least one MultiCloud Image");
    assert_snapshot!(of_template("/", OfferedHead::Ready), @"`web` stands at `/`, and accounts offer: share it there, and everybody sees it");
}

#[test]
fn p01_members_subscribe_to_an_offered_head() {
    let it = ready();
    let there = follow(Some(&it), None, &viewer("/globex/prod", &[1])).unwrap();
    assert_eq!(there.account, scope("/globex"));
    let again = follow(Some(&it), Some(&there), &viewer("/globex", &[1])).unwrap_err();
    assert_snapshot!(again, @"the account follows HEAD of lin-00000000000000000000000000000007 already, since 2026-07-21T14:07:12Z");
    assert_snapshot!(follow(Some(&it), None, &viewer("/acme", &[1])).unwrap_err(), @"lin-00000000000000000000000000000007 is of this account: there is nothing to subscribe to");
    // Outside of the group it reads as if there were no offer.
    let outside = follow(Some(&it), None, &viewer("/initech", &[2])).unwrap_err();
    let absent = follow(None, None, &viewer("/initech", &[2])).unwrap_err();
    assert_eq!(outside, absent);
    assert_snapshot!(absent, @"no HEAD of lin-00000000000000000000000000000007 is offered here: check its id, and ask its account for an invitation");
    assert!(follow(Some(&it), None, &viewer("/", &[1])).is_err());
    let mut other = it;
    other.lineage = LineageId::from_u128(8);
    assert!(follow(Some(&other), None, &viewer("/globex", &[1])).is_err());
}

#[test]
fn p01_what_subscribers_see_ends_with_the_group() {
    let it = ready();
    let member = viewer("/globex", &[1]);
    let there = follow(Some(&it), None, &member).unwrap();
    assert!(it.serves(&there, &member));
    assert!(!it.serves(&there, &viewer("/globex", &[])));
    assert!(!it.serves(&there, &viewer("/initech", &[1])));
    let elsewhere = HeadSubscription {
        lineage: LineageId::from_u128(8),
        ..there.clone()
    };
    assert!(!it.serves(&elsewhere, &member));
    // Another offer takes the place of this one.
    let narrower = offer_of(
        "/acme",
        LineageKind::Mci,
        OfferedHead::Ready,
        to_groups(&[1]),
    );
    let mut narrower = narrower.unwrap();
    narrower.groups = atlas_market::TargetGroups::new([crate::group_id(3)]).unwrap();
    assert!(!narrower.serves(&there, &member));
}

#[test]
fn p01_offers_and_subscriptions_read_back() {
    let it = ready();
    let text = serde_json::to_string(&it).unwrap();
    assert_eq!(serde_json::from_str::<HeadOffer>(&text).unwrap(), it);
    let there = HeadSubscription {
        account: scope("/globex"),
        lineage: LINEAGE,
        by: dana(),
        at: time("2026-07-21T14:07:12Z"),
    };
    assert_snapshot!(pretty(&there), @r#"
    {
      "account": "/globex",
      "lineage": "lin-00000000000000000000000000000007",
      "by": "dana",
      "at": "2026-07-21T14:07:12Z"
    }
    "#);
    let text = serde_json::to_string(&there).unwrap();
    assert_eq!(
        serde_json::from_str::<HeadSubscription>(&text).unwrap(),
        there
    );
}
