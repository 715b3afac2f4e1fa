use crate::{scope, template_content::number};
use atlas_history::LineageId;
use atlas_template::{
    DeleteError, Holder, LinkTarget, LinkedBy, LinkedState, check_delete_mci,
    check_delete_template, whole_lineage,
};

fn by(used: u32, template: &str, state: u32, at: &str, target: &str) -> LinkedBy {
    let state_of = |number: u32| match number {
        0 => LinkedState::Head,
        other => LinkedState::Revision(self::number(other)),
    };
    LinkedBy {
        used: state_of(used),
        scope: scope(at),
        template: template.parse().unwrap(),
        lineage: LineageId::from_u128(70),
        state: state_of(state),
        target: LinkTarget::parse(target).unwrap(),
        is_visible: template != "hidden",
    }
}

fn lock(name: &str) -> Holder {
    Holder::Lock {
        scope: scope("/acme/prod"),
        name: name.parse().unwrap(),
    }
}

fn name() -> atlas_base::Name {
    "web".parse().unwrap()
}

#[test]
fn t05_a_linked_mci_is_not_deleted() {
    let links = [
        by(3, "back", 1, "/acme/prod", "production"),
        by(0, "front", 0, "/acme", "head"),
        by(3, "front", 2, "/acme", "3"),
        by(1, "hidden", 2, "/acme/dev", "1"),
        by(2, "guest", 0, "/other", "2"),
    ];
    let refused = |links: &[LinkedBy]| {
        let error = check_delete_mci(&name(), &scope("/acme"), links, &[]);
        error.unwrap_err()
    };
    let error = refused(&links);
    insta::assert_snapshot!(error);
    let DeleteError::Linked(used) = error else {
        panic!("{error}");
    };
    let states: Vec<_> = used
        .used
        .iter()
        .map(|used| (used.state, used.by.len()))
        .collect();
    let revision = |it| LinkedState::Revision(number(it));
    assert_eq!(states, [(LinkedState::Head, 1), (revision(3), 2)]);
    assert_eq!(used.hidden, 1);
    // Nothing of it is seen, and it stands in the way all the same.
    insta::assert_snapshot!(refused(&links[3..]));
}

#[test]
fn t10_links_from_head_and_from_committed_revisions_both_block() {
    for state in [0, 2] {
        let links = [by(1, "front", state, "/acme", "1")];
        assert!(check_delete_mci(&name(), &scope("/acme"), &links, &[]).is_err());
    }
    assert!(check_delete_mci(&name(), &scope("/acme"), &[], &[]).is_ok());
}

#[test]
fn t10_templates_in_other_accounts_are_counted_and_stand_in_nobodys_way() {
    let links = [
        by(1, "guest", 0, "/other", "1"),
        by(1, "guest", 1, "/other", "1"),
    ];
    let elsewhere = check_delete_mci(&name(), &scope("/acme"), &links, &[]).unwrap();
    assert_eq!(elsewhere.count, 2);
}

#[test]
fn t10_publications_channels_and_locks_block() {
    let held = [
        lock("prod.lock"),
        Holder::Channel {
            name: "production".to_owned(),
        },
        Holder::Publication {
            name: "Web".to_owned(),
        },
    ];
    let error = check_delete_template(&name(), &held).unwrap_err();
    insta::assert_snapshot!(error, @"`web` cannot be deleted, it is held by publication `Web`, channel `production`, the registered lock `prod.lock` at /acme/prod");
    for holder in &held {
        let held = core::slice::from_ref(holder);
        assert!(check_delete_template(&name(), held).is_err());
        // The channels of a MultiCloud Image go with it.
        let is_free = check_delete_mci(&name(), &scope("/acme"), &[], held).is_ok();
        assert_eq!(is_free, matches!(holder, Holder::Channel { .. }));
    }
    assert_eq!(check_delete_template(&name(), &[]), Ok(()));
    let many: Vec<_> = (0..10).map(|it| lock(&it.to_string())).collect();
    let error = check_delete_template(&name(), &many).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("lock `7` at /acme/prod and 2 more"),
        "{error}"
    );
}

#[test]
fn t10_a_single_revision_cannot_be_deleted() {
    assert_eq!(whole_lineage(&name(), None), Ok(()));
    let error = whole_lineage(&name(), Some(number(3))).unwrap_err();
    insta::assert_snapshot!(error, @"revision 3 of `web` cannot be deleted by itself: a committed revision is for ever; revoke it, or delete the whole lineage");
}
