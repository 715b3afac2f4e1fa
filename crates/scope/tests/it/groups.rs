//! Account groups and their invitations.

use crate::{noon, scope};
use atlas_base::Timestamp;
use atlas_scope::{
    AcceptError, AcceptFacts, AccountGroup, GroupError, GroupId, Invitation, InvitationCode,
    InviteError, InviteFacts, MakeGroup, MakeGroupFacts, PrincipalId, accept_invitation,
    cancel_invitation, delete_group, invite, make_group, remove_member,
};

fn who() -> PrincipalId {
    "dana".parse().unwrap()
}

fn wanted(owner: &str) -> MakeGroup {
    MakeGroup {
        owner: scope(owner),
        name: "partners".parse().unwrap(),
    }
}

fn facts(same_name: Option<&AccountGroup>) -> MakeGroupFacts<'_> {
    MakeGroupFacts {
        same_name,
        id: GroupId::from_u128(7),
        by: who(),
        now: noon(1),
    }
}

fn group() -> AccountGroup {
    make_group(wanted("/acme"), facts(None)).unwrap()
}

fn code(bits: u128) -> InvitationCode {
    InvitationCode::from_u128(bits)
}

fn invited(group: AccountGroup, bits: u128, now: Timestamp) -> AccountGroup {
    let facts = InviteFacts {
        code: code(bits),
        by: who(),
        now,
    };
    invite(group, facts).unwrap().group
}

fn accept(
    group: &AccountGroup,
    bits: u128,
    account: &str,
    now: Timestamp,
) -> Result<AccountGroup, AcceptError> {
    let facts = AcceptFacts {
        group: Some(group.clone()),
        by: "bert".parse().unwrap(),
        now,
    };
    accept_invitation(code(bits), &scope(account), facts)
}

#[test]
fn s11_only_accounts_own_groups_and_names_are_theirs() {
    for at in ["/", "/acme/prod"] {
        let error = make_group(wanted(at), facts(None)).unwrap_err();
        assert_eq!(error, GroupError::NotAnAccount { scope: scope(at) });
    }
    let there = group();
    let error = make_group(wanted("/acme"), facts(Some(&there))).unwrap_err();
    assert!(matches!(error, GroupError::NameTaken { .. }), "{error}");
}

#[test]
fn s11_an_invitation_is_used_once() {
    let open = invited(group(), 1, noon(1));
    let joined = accept(&open, 1, "/beta", noon(2)).unwrap();
    assert!(joined.has_member(&scope("/beta")) && joined.invitations.is_empty());
    assert_eq!(joined.members[0].since, noon(2));
    assert_eq!(
        accept(&joined, 1, "/gamma", noon(2)),
        Err(AcceptError::Unknown)
    );
    // Nor was it ever made of a number that can be guessed from what is kept.
    assert_eq!(open.invitations[0].code, code(1).digest());
    assert_eq!(
        accept(&open, 2, "/beta", noon(2)),
        Err(AcceptError::Unknown)
    );
}

#[test]
fn s11_an_invitation_lapses_after_six_days() {
    let open = invited(group(), 1, noon(1));
    let end = noon(7);
    assert_eq!(open.invitations[0].expires, end);
    let before = Timestamp::from_micros(end.as_micros() - 1).unwrap();
    assert!(accept(&open, 1, "/beta", before).is_ok());
    let error = accept(&open, 1, "/beta", end).unwrap_err();
    assert!(matches!(error, AcceptError::Lapsed { expired, .. } if expired == end));
    // The next invitation clears it away, and its number is not given again.
    let next = invited(open, 2, end);
    let numbers: Vec<_> = next.invitations.iter().map(|open| open.number).collect();
    assert_eq!(numbers, [2]);
    assert_eq!(Invitation::LASTS.as_secs(), 6 * 86_400);
}

#[test]
fn s11_an_invitation_can_be_cancelled() {
    let open = invited(invited(group(), 1, noon(1)), 2, noon(1));
    let left = cancel_invitation(open, 1).unwrap();
    assert_eq!(
        accept(&left, 1, "/beta", noon(1)),
        Err(AcceptError::Unknown)
    );
    assert!(accept(&left, 2, "/beta", noon(1)).is_ok());
    assert_eq!(cancel_invitation(left, 1).unwrap_err().number, 1);
}

#[test]
fn s11_the_owner_and_members_cannot_join_again_and_the_invitation_stays() {
    let open = invited(invited(group(), 1, noon(1)), 2, noon(1));
    let joined = accept(&open, 1, "/beta", noon(1)).unwrap();
    for account in ["/acme", "/beta"] {
        let error = accept(&joined, 2, account, noon(1)).unwrap_err();
        assert!(matches!(error, AcceptError::AlreadyThere { .. }), "{error}");
    }
    assert!(accept(&joined, 2, "/gamma", noon(1)).is_ok());
    let error = accept(&joined, 2, "/gamma/prod", noon(1)).unwrap_err();
    assert!(matches!(error, AcceptError::Group(_)), "{error}");
}

#[test]
fn s11_members_are_put_out_and_only_an_empty_group_goes() {
    let joined = accept(&invited(group(), 1, noon(1)), 1, "/beta", noon(1)).unwrap();
    let error = delete_group(&joined).unwrap_err();
    assert!(matches!(error, GroupError::HasMembers { count: 1, .. }));
    let (left, gone) = remove_member(joined, &scope("/beta")).unwrap();
    assert_eq!(gone.account, scope("/beta"));
    assert_eq!(delete_group(&left), Ok(()));
    let error = remove_member(left, &scope("/beta")).unwrap_err();
    assert!(matches!(error, GroupError::NotAMember { .. }), "{error}");
}

#[test]
fn s11_a_group_has_a_limit_of_invitations() {
    let mut full = group();
    for bits in 0..100 {
        full = invited(full, bits, noon(1));
    }
    let facts = InviteFacts {
        code: code(200),
        by: who(),
        now: noon(1),
    };
    let error = invite(full, facts).unwrap_err();
    assert!(
        matches!(error, InviteError::Full { count: 100, .. }),
        "{error}"
    );
}

#[test]
fn s11_a_group_has_a_limit_of_members() {
    let mut full = invited(group(), 1, noon(1));
    let one = accept(&full, 1, "/beta", noon(1))
        .unwrap()
        .members
        .remove(0);
    full.members = vec![one; AccountGroup::MAX_MEMBERS];
    let error = accept(&full, 1, "/gamma", noon(1)).unwrap_err();
    assert!(matches!(error, AcceptError::Full { .. }), "{error}");
}

#[test]
fn every_message_about_groups() {
    let open = invited(invited(group(), 1, noon(1)), 2, noon(1));
    let joined = accept(&open, 1, "/beta", noon(1)).unwrap();
    let mut full = group();
    full.members = vec![joined.members[0].clone(); AccountGroup::MAX_MEMBERS];
    let mut crowded = open.clone();
    crowded.members.clone_from(&full.members);
    let facts_now = InviteFacts {
        code: code(9),
        by: who(),
        now: noon(1),
    };
    let messages = [
        make_group(wanted("/"), facts(None))
            .unwrap_err()
            .to_string(),
        make_group(wanted("/acme"), facts(Some(&open)))
            .unwrap_err()
            .to_string(),
        delete_group(&joined).unwrap_err().to_string(),
        remove_member(open.clone(), &scope("/beta"))
            .unwrap_err()
            .to_string(),
        invite(full, facts_now).unwrap_err().to_string(),
        accept(&crowded, 1, "/gamma", noon(1))
            .unwrap_err()
            .to_string(),
        accept(&open, 9, "/beta", noon(1)).unwrap_err().to_string(),
        accept(&open, 1, "/beta", noon(9)).unwrap_err().to_string(),
        accept(&open, 1, "/acme", noon(1)).unwrap_err().to_string(),
        accept(&joined, 2, "/beta", noon(1))
            .unwrap_err()
            .to_string(),
        cancel_invitation(open, 9).unwrap_err().to_string(),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}
