use crate::template_content::{CACHE, DATABASE, WEB, front, link, number};
use atlas_base::Digest;
use atlas_history::{LineageId, RevisionNumber};
use atlas_template::{HeadDependencies, HeadPlanError, LinkTarget, LinkedHead, TemplateContent};
use std::collections::BTreeMap;

fn digest(text: &str) -> Digest {
    Digest::of("test", text.as_bytes())
}

fn head(name: &str, last: Option<(u32, &str)>) -> LinkedHead {
    LinkedHead {
        is_last_revoked: false,
        name: name.parse().unwrap(),
        content: digest("now"),
        has_settings: true,
        is_merge_pending: false,
        last: last.map(|(it, content)| (number(it), digest(content))),
    }
}

/// A template that links three HEADs, and the database by channel.
fn template() -> TemplateContent {
    let retarget = |lineage| atlas_template::TemplateEdit::Retarget {
        lineage,
        target: LinkTarget::Head,
    };
    let edits = [
        retarget(WEB),
        link(CACHE, "head"),
        link(LineageId::from_u128(4), "head"),
    ];
    front().edited(edits).unwrap()
}

fn heads() -> BTreeMap<LineageId, LinkedHead> {
    BTreeMap::from([
        (WEB, head("web", Some((3, "before")))),
        (CACHE, head("cache", None)),
        (LineageId::from_u128(4), head("proxy", Some((7, "now")))),
    ])
}

#[test]
fn t04_linked_heads_are_committed_and_pinned() {
    let plan = template()
        .plan_heads(HeadDependencies::Commit, &heads())
        .unwrap();
    let pins: Vec<_> = plan
        .pins
        .iter()
        .map(|pin| (pin.name.as_str(), pin.revision.get(), pin.is_new))
        .collect();
    // What its newest revision holds already is not committed again.
    assert_eq!(
        pins,
        [("web", 4, true), ("cache", 1, true), ("proxy", 7, false)]
    );
    assert!(plan.stays.is_empty() && plan.content.head_links().is_empty());
    assert_eq!(plan.content.link(DATABASE), template().link(DATABASE));
    assert_eq!(plan.content.default_link(), Some(WEB));
    assert_eq!(template().edited(plan.edits()), Ok(plan.content));
    // A merge that waits makes a revision even of the same content.
    let mut heads = heads();
    heads.insert(
        WEB,
        LinkedHead {
            is_merge_pending: true,
            ..head("web", Some((3, "now")))
        },
    );
    let plan = template()
        .plan_heads(HeadDependencies::Commit, &heads)
        .unwrap();
    assert_eq!(
        (plan.pins[0].revision.get(), plan.pins[0].is_new),
        (4, true)
    );
}

#[test]
fn t04_without_it_the_head_links_that_stay_are_listed() {
    let mut heads = heads();
    heads.remove(&CACHE);
    let plan = template()
        .plan_heads(HeadDependencies::Leave, &heads)
        .unwrap();
    assert_eq!(plan.content, template());
    let names: Vec<_> = plan
        .stays
        .iter()
        .map(|link| link.name.as_ref().map(ToString::to_string))
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(names, [some("web"), None, some("proxy")]);
    assert!(plan.edits().is_empty());
}

#[test]
fn t04_one_that_cannot_be_committed_stops_all() {
    let refused = |heads: &BTreeMap<LineageId, LinkedHead>| {
        let plan = template().plan_heads(HeadDependencies::Commit, heads);
        plan.unwrap_err()
    };
    let mut gone = heads();
    gone.remove(&CACHE);
    let mut empty = heads();
    for head in empty.values_mut().take(2) {
        head.has_settings = false;
    }
    let mut full = heads();
    let last = (RevisionNumber::new(u32::MAX).unwrap(), digest("x"));
    full.insert(
        WEB,
        LinkedHead {
            last: Some(last),
            ..head("web", None)
        },
    );
    assert!(matches!(refused(&gone), HeadPlanError::Unknown { lineages } if lineages == [CACHE]));
    let errors = [refused(&gone), refused(&empty), refused(&full)];
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(errors.join("\n"));
    // What is left as it is needs nobody's leave.
    assert!(
        template()
            .plan_heads(HeadDependencies::Leave, &gone)
            .is_ok()
    );
}

#[test]
fn t04_a_head_that_a_revoked_revision_holds_is_not_pinned() {
    let mut heads = heads();
    let mut proxy = head("proxy", Some((7, "now")));
    proxy.is_last_revoked = true;
    heads.insert(LineageId::from_u128(4), proxy.clone());
    let refused = template().plan_heads(HeadDependencies::Commit, &heads);
    let refused = refused.unwrap_err();
    assert!(matches!(refused, HeadPlanError::Revoked { .. }));
    insta::assert_snapshot!(refused, @"HEAD of `proxy` is what revision 7 holds, which is revoked: edit it, or take the mark back");
    // Once it is edited it is committed like any other.
    proxy.last = Some((number(7), digest("before")));
    heads.insert(LineageId::from_u128(4), proxy);
    let plan = template().plan_heads(HeadDependencies::Commit, &heads);
    assert!(plan.is_ok());
}
