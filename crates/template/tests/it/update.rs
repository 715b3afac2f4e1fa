use crate::{
    mark, set,
    template_content::{CACHE, DATABASE, WEB, front, known, link, number},
};
use atlas_history::{Marks, RevisionNumber};
use atlas_mci::Content;
use atlas_template::{KnownMci, UpdateError, UpdateSource};
use std::collections::BTreeMap;

fn named(name: &str, mci: KnownMci) -> KnownMci {
    KnownMci {
        name: name.parse().unwrap(),
        ..mci
    }
}

#[test]
fn t09_links_with_newer_revisions_are_listed_and_moved() {
    let template = front().edited([link(CACHE, "1")]).unwrap();
    let known = BTreeMap::from([
        (WEB, named("web", known(&[]))),
        (DATABASE, named("database", known(&[]))),
        (CACHE, named("cache", known(&[3]))),
    ]);
    let plan = template.plan_update(&known, &BTreeMap::new());
    // The database is linked by a channel, which moves by itself.
    insta::assert_snapshot!(plan, @r"
    `web` 2 → 3, the default
    `cache` 1 → 2
    ");
    let moved = template.edited(plan.edits(None).unwrap()).unwrap();
    assert_eq!(moved.link(WEB).unwrap().target.to_string(), "3");
    assert_eq!(moved.default_link(), Some(WEB));
    assert!(
        moved
            .plan_update(&known, &BTreeMap::new())
            .updates
            .is_empty()
    );
    let one = template
        .edited(plan.edits(Some(&[CACHE])).unwrap())
        .unwrap();
    assert_eq!(one.link(WEB), template.link(WEB));
    let error = plan.edits(Some(&[DATABASE])).unwrap_err();
    assert_eq!(error, UpdateError::NotBehind { lineage: DATABASE });
    insta::assert_snapshot!(error, @"there is nothing newer for lin-00000000000000000000000000000002: leave it out");
}

#[test]
fn t09_what_is_revoked_or_deprecated_is_no_update() {
    let template = front();
    let mut mci = known(&[2]);
    mci.revisions.insert(
        number(3),
        Marks {
            deprecated: Some(mark("slow")),
            ..Marks::default()
        },
    );
    let known = BTreeMap::from([(WEB, mci)]);
    let plan = template.plan_update(&known, &BTreeMap::new());
    assert!(plan.updates.is_empty());
    insta::assert_snapshot!(plan, @"`web` 2 is revoked and nothing follows it");
    let none = template.plan_update(&BTreeMap::new(), &BTreeMap::new());
    insta::assert_snapshot!(none, @"`lin-00000000000000000000000000000001` is not there, or cannot be seen from here");
}

#[test]
fn t09_a_published_revision_is_imported_first() {
    let template = front();
    let offered = |number: u32| BTreeMap::from([(WEB, RevisionNumber::new(number).unwrap())]);
    let plan = |revoked: &[u32], published: u32| {
        let known = BTreeMap::from([(WEB, known(revoked))]);
        let plan = template.plan_update(&known, &offered(published));
        let update = plan.updates.first().cloned()?;
        Some((update.to.get(), update.source))
    };
    assert_eq!(plan(&[], 5), Some((5, UpdateSource::Published)));
    assert_eq!(plan(&[3], 5), Some((5, UpdateSource::Published)));
    assert_eq!(plan(&[], 3), Some((3, UpdateSource::Local)));
    assert_eq!(plan(&[], 1), Some((3, UpdateSource::Local)));
    // Imported already, and revoked here.
    assert_eq!(plan(&[3], 3), None);
    // So too where an older one is good that is here.
    let cache = template.edited([link(CACHE, "1")]).unwrap();
    let here = BTreeMap::from([(CACHE, known(&[3]))]);
    let offered_of = |number: u32| BTreeMap::from([(CACHE, RevisionNumber::new(number).unwrap())]);
    let plan = |number: u32| {
        let plan = cache.plan_update(&here, &offered_of(number));
        let update = plan.updates.first().cloned().unwrap();
        (update.to.get(), update.source)
    };
    assert_eq!(plan(3), (2, UpdateSource::Local));
    assert_eq!(plan(4), (4, UpdateSource::Published));
    let known = BTreeMap::from([(WEB, known(&[]))]);
    insta::assert_snapshot!(template.plan_update(&known, &offered(5)), @"`web` 2 → 5, the default, imported first");
}

#[test]
fn t09_an_update_shows_its_diff() {
    let known = BTreeMap::from([(WEB, known(&[]))]);
    let plan = front().plan_update(&known, &BTreeMap::new());
    let before = Content::new("web".parse().unwrap());
    let after = before
        .edited([set(
            "azure",
            "Canonical:ubuntu-24_04-lts:server:24.04.202401010",
        )])
        .unwrap();
    let report = plan.updates[0].diff(&before, &after);
    assert_eq!(report.coverage.gained.len(), 1);
    let states = plan.updates[0].states().map(|state| state.to_string());
    assert_eq!(states, ["revision 2", "revision 3"]);
}

#[test]
fn t07_each_link_tells_default_coverage_and_what_is_newer() {
    let template = front()
        .edited([
            link(CACHE, "head"),
            link(atlas_history::LineageId::from_u128(9), "4"),
        ])
        .unwrap();
    let known = BTreeMap::from([
        (WEB, named("web", known(&[]))),
        (DATABASE, named("database", known(&[2]))),
        (CACHE, named("cache", known(&[]))),
    ]);
    let content = crate::example();
    let contents = BTreeMap::from([(WEB, &content)]);
    let view = template.view(&known, &contents);
    insta::assert_snapshot!(serde_json::to_string_pretty(&view).unwrap());
}
