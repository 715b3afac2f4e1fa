use crate::{mark, now};
use atlas_history::{Author, LineageId, Marks, RevisionNumber};
use atlas_scope::{Grant, PrincipalId, Question, Role, RoleTable, Scope};
use atlas_template::{
    Channel, ChannelAccess, ChannelError, ChannelFate, ChannelMove, ChannelName, LinkTarget,
    LinkedBy, LinkedState, OnRevoke, channels_after_revoke, check_delete_channel,
};
use proptest::prelude::*;
use std::error::Error as _;

fn number(it: u32) -> RevisionNumber {
    RevisionNumber::new(it).unwrap()
}

fn dana() -> Author {
    Author::parse("dana").unwrap()
}

/// A channel that was assigned to these revisions, one after the other.
fn channel(name: &str, revisions: &[u32]) -> Channel {
    let name = ChannelName::parse(name).unwrap();
    let assign = |before: Option<Channel>, revision: &u32| {
        let to = ChannelMove {
            revision: number(*revision),
            by: dana(),
            at: now(),
        };
        Some(Channel::assign(name.clone(), before.as_ref(), None, to).unwrap())
    };
    revisions.iter().fold(None, assign).unwrap()
}

fn back(channel: &Channel, revoked: &[u32]) -> Result<Channel, ChannelError> {
    channel.rolled_back(|it| revoked.contains(&it.get()), dana(), now())
}

#[test]
fn r07_rolling_back_goes_to_the_place_before() {
    let channel = channel("production", &[1, 2, 3]);
    let once = back(&channel, &[]).unwrap();
    assert_eq!(once.current(), number(2));
    assert_eq!(once.moves().len(), 4);
    // Twice goes two places back, and not forward again.
    let twice = back(&once, &[]).unwrap();
    assert_eq!(twice.current(), number(1));
    let error = back(&twice, &[]).unwrap_err();
    insta::assert_snapshot!(error, @"the channel `production` has nothing to go back to from revision 1: assign it");
    // What is revoked is passed over.
    assert_eq!(back(&channel, &[2]).unwrap().current(), number(1));
    assert!(back(&channel, &[1, 2]).is_err());
}

#[test]
fn r07_a_revoked_revision_rolls_its_channels_back_by_default() {
    let channels = [
        channel("production", &[1, 3]),
        channel("staging", &[3]),
        channel("testing", &[3, 2]),
        channel("canary", &[2, 3]),
    ];
    let revoked = Marks {
        revoked: Some(mark("leaks a key")),
        ..Marks::default()
    };
    let good = Marks::default();
    let marks = [
        (number(1), &good),
        (number(2), &revoked),
        (number(3), &revoked),
    ];
    let fates = |wanted| {
        let mark = mark("leaks a key");
        let fates = channels_after_revoke(&channels, number(3), &marks, &mark, wanted);
        let texts = fates.into_iter().map(|fate| match fate {
            ChannelFate::RolledBack { channel } => {
                let last = channel.moves().last().unwrap();
                assert_eq!((last.by.as_str(), last.at), ("dana", now()));
                format!("{} to {}", channel.name(), channel.current())
            }
            ChannelFate::Stuck { name, revision } => format!("{name} stays at {revision}"),
        });
        texts.collect::<Vec<_>>()
    };
    assert_eq!(OnRevoke::default(), OnRevoke::RollBack);
    // Revision 2 was revoked before, and `testing` does not point to what is revoked now.
    let expected = ["production to 1", "staging stays at 3", "canary stays at 3"];
    assert_eq!(fates(OnRevoke::RollBack), expected);
    let stay = [
        "production stays at 3",
        "staging stays at 3",
        "canary stays at 3",
    ];
    assert_eq!(fates(OnRevoke::Stay), stay);
}

#[test]
fn r07_a_restricted_channel_needs_one_permission_more() {
    let name = ChannelName::parse("production").unwrap();
    let restricted = ChannelAccess::RESTRICTED;
    let scope = Scope::parse("/acme").unwrap();
    let who = PrincipalId::parse("dana").unwrap();
    let decide = |grants: &[Grant], needs| {
        let question = Question::new(needs, scope.clone(), who.clone());
        let decision = question.decide(grants, &RoleTable::built_in(), now());
        decision.into_result().map(drop)
    };
    let grant = |role: Role| Grant::new(who.clone(), role, scope.clone());
    let designer = [grant(Role::DESIGNER)];
    // An open one is nobody's question.
    assert_eq!(ChannelAccess::default().check(&name, |_| panic!()), Ok(()));
    for role in [Role::PUBLISHER, Role::ADMIN] {
        let grants = [grant(role)];
        assert_eq!(restricted.check(&name, |it| decide(&grants, it)), Ok(()));
    }
    let refused = restricted.check(&name, |it| decide(&designer, it));
    let refused = refused.unwrap_err();
    let said = format!("{refused}: {}", refused.source().unwrap());
    insta::assert_snapshot!(said, @"the channel `production` is restricted: `dana` may not restrict channels and move restricted ones at `/acme`: the permission `channel.restrict` is missing; roles that give it: admin, publisher");
    let text = serde_json::to_string(&restricted).unwrap();
    assert_eq!(
        text,
        r#"{"access":"restricted","needs":"channel.restrict"}"#
    );
    assert_eq!(
        serde_json::from_str::<ChannelAccess>(&text).unwrap(),
        restricted
    );
    // It is one or the other, and the answer says when it was that before.
    assert_eq!(
        ChannelAccess::Open.changed(&name, restricted),
        Ok(restricted)
    );
    for same in [ChannelAccess::Open, restricted] {
        let error = same.changed(&name, same).unwrap_err();
        let said = format!("the channel `production` is {same} already");
        assert_eq!(error.to_string(), said);
    }
}

#[test]
fn r07_a_channel_keeps_its_newest_moves_and_counts_the_others() {
    let steps: Vec<u32> = (1..=300).collect();
    let at = channel("production", &steps);
    assert_eq!((at.moves().len(), at.earlier()), (Channel::MOST_MOVES, 172));
    assert_eq!(at.moves().first().unwrap().revision, number(173));
    let kept = serde_json::to_string(&at).unwrap();
    assert_eq!(serde_json::from_str::<Channel>(&kept).unwrap(), at);
    // It goes back as far as it remembers.
    let before = back(&at, &[]).unwrap();
    assert_eq!((before.current(), before.earlier()), (number(299), 173));
    let revoked: Vec<u32> = (174..300).collect();
    assert_eq!(back(&at, &revoked).unwrap().current(), number(173));
    let revoked: Vec<u32> = (173..300).collect();
    assert!(back(&at, &revoked).is_err());
    // Few moves are kept as they always were.
    let few = serde_json::to_string(&channel("production", &[1])).unwrap();
    assert!(!few.contains("earlier"), "{few}");
}

#[test]
fn r07_a_channel_that_templates_link_is_not_deleted() {
    let (mci, stable) = (
        "web".parse().unwrap(),
        ChannelName::parse("stable").unwrap(),
    );
    let link = |template: u32, is_visible| LinkedBy {
        used: LinkedState::Revision(number(2)),
        scope: Scope::parse("/acme").unwrap(),
        template: format!("front-{template}").parse().unwrap(),
        lineage: LineageId::from_u128(template.into()),
        state: LinkedState::Revision(number(template)),
        target: LinkTarget::Channel(stable.clone()),
        is_visible,
    };
    assert_eq!(check_delete_channel(&mci, &stable, &[]), Ok(()));
    let hidden = [link(1, false), link(2, false)];
    let few = [link(2, true), link(1, true), link(3, false)];
    let many: Vec<_> = (1..=10).map(|it| link(it, true)).collect();
    let said = [&hidden[..], &few, &many].map(|links| {
        let refused = check_delete_channel(&mci, &stable, links);
        refused.unwrap_err().to_string()
    });
    insta::assert_snapshot!(said.join("\n"), @"
    the channel `stable` of `web` cannot be deleted, ServerTemplates link it: 2 that you cannot see; point it elsewhere instead
    the channel `stable` of `web` cannot be deleted, ServerTemplates link it: `front-1` revision 1 at /acme, `front-2` revision 2 at /acme, 1 that you cannot see; point it elsewhere instead
    the channel `stable` of `web` cannot be deleted, ServerTemplates link it: `front-1` revision 1 at /acme, `front-10` revision 10 at /acme, `front-2` revision 2 at /acme, `front-3` revision 3 at /acme, `front-4` revision 4 at /acme, `front-5` revision 5 at /acme, `front-6` revision 6 at /acme, `front-7` revision 7 at /acme, 2 more; point it elsewhere instead
    ");
}

proptest! {
    #[test]
    fn r07_going_back_never_repeats_and_ends(revisions in proptest::collection::vec(1_u32..5, 1..10), revoked in proptest::collection::vec(1_u32..5, 0..3)) {
        let mut steps = revisions;
        steps.dedup();
        let mut at = channel("production", &steps);
        let mut seen = vec![at.current()];
        while let Ok(before) = back(&at, &revoked) {
            prop_assert!(!revoked.contains(&before.current().get()));
            prop_assert!(!seen.contains(&before.current()));
            prop_assert!(steps.contains(&before.current().get()));
            seen.push(before.current());
            at = before;
        }
    }
}
