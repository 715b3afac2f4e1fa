//! Launch permissions and account groups: what is opened beside the tree, and what is not.

use crate::support::{World, acme, ami, ask, committed, image, most, p, run};
use cloud_atlas::{
    ErrorKind, GroupRef, ImageQuery, Session,
    image::{ImageRecord, ImageRecordId, LaunchPermission},
    scope::{GroupId, InvitationCode, Role, Scope},
};

const EAST: &str = "aws/us-east-1";

fn beta() -> Scope {
    p("/beta")
}

pub(crate) async fn number(world: &World, account: &str) -> LaunchPermission {
    let scopes = world.admin().scopes(&most()).await.unwrap().items;
    let found = scopes.iter().find(|record| record.scope == p(account));
    LaunchPermission::Account(found.unwrap().account_number.unwrap())
}

/// An image of `/acme/prod`, which nobody else sees.
async fn private(world: &World, at: u64) -> ImageRecord {
    let mut ask = image("/acme/prod", EAST, at);
    ask.tags = [p("team:owner=web")].into();
    world.admin().register_image(ask).await.unwrap().record
}

/// What a caller sees of a record from a scope: by its id, in the list, by the cloud's id.
async fn seen(who: &Session, record: &ImageRecord, from: &str) -> [bool; 3] {
    let from = p::<Scope>(from);
    let id = record.id();
    let list = who.images(&ImageQuery::new(from.clone()), &most()).await;
    let images = [record.image_id().clone()];
    let found = who.find_images(&images, &from).await;
    let has = |records: &[ImageRecord]| records.iter().any(|found| found.id() == id);
    [
        who.image(id, &from).await.is_ok(),
        list.is_ok_and(|page| has(&page.items)),
        found.is_ok_and(|found| found.iter().any(|found| found.record.id() == id)),
    ]
}

async fn open(who: &Session, record: &ImageRecord, to: LaunchPermission) {
    let to = [to];
    let changed = who.add_launch_permissions(record.id(), &to, record.scope());
    assert_eq!(changed.await.unwrap().changed.len(), 1);
}

/// Beta is a member of a group of acme.
async fn joined(world: &World) -> GroupId {
    let admin = world.admin();
    let group = admin.make_group(&acme(), &p("partners")).await.unwrap();
    let by = GroupRef::Id(group.id);
    let code = admin.invite(&by, &acme()).await.unwrap().code;
    admin.accept_invitation(code, &beta()).await.unwrap();
    group.id
}

#[test]
fn s10_an_image_is_opened_to_an_account_and_nothing_else_is() {
    let world = World::new();
    run(async {
        let (record, other) = (private(&world, 1).await, private(&world, 2).await);
        let (admin, bert) = (world.admin(), world.who("bert"));
        assert_eq!(seen(&bert, &record, "/beta").await, [false; 3]);
        open(&admin, &record, number(&world, "/beta").await).await;
        for from in ["/beta", "/beta/prod"] {
            assert_eq!(seen(&bert, &record, from).await, [true; 3], "{from}");
            assert_eq!(seen(&bert, &other, from).await, [false; 3], "{from}");
        }
        // From outside the account, and beside it in the owner's, nothing has changed.
        let dana = world.who("dana");
        assert_eq!(seen(&dana, &record, "/acme/dev").await, [false; 3]);
        assert_eq!(seen(&admin, &record, "/").await, [false; 3]);
        let bounced = admin
            .remove_launch_permissions(
                record.id(),
                &[number(&world, "/beta").await],
                record.scope(),
            )
            .await
            .unwrap();
        assert_eq!(bounced.changed.len(), 1);
        assert_eq!(seen(&bert, &record, "/beta").await, [false; 3]);
    });
}

#[test]
fn s10_what_is_opened_shows_the_image_and_nothing_of_its_account() {
    let world = World::new();
    run(async {
        let record = private(&world, 1).await;
        open(&world.admin(), &record, LaunchPermission::Everybody).await;
        let bert = world.who("bert");
        let shown = bert.image(record.id(), &beta()).await.unwrap();
        assert_eq!(shown, record.as_opened());
        assert_eq!(
            (shown.scope(), shown.created_by().as_str()),
            (&acme(), "acme")
        );
        assert!(shown.credential().is_none() && shown.tags().is_empty());
        assert_eq!(shown.image_id(), record.image_id());
        assert_eq!(shown.os(), record.os());
        // Nor can filters find out what is not shown.
        let mut query = ImageQuery::new(beta());
        query.tags = [p("team:owner=web")].into();
        assert!(bert.images(&query, &most()).await.unwrap().items.is_empty());
        query.tags.clear();
        query.location = Some(p(EAST));
        assert_eq!(bert.images(&query, &most()).await.unwrap().items, [shown]);
        query.location = Some(p("aws/eu-west-1"));
        assert!(bert.images(&query, &most()).await.unwrap().items.is_empty());
        // Who else it is opened to is the owner's business.
        let from = beta();
        let error = bert.launch_permissions(record.id(), &from).await;
        let list = error.unwrap_err().to_string();
        let error = bert.reset_launch_permissions(record.id(), &from).await;
        insta::assert_snapshot!(format!("{list}\n{}", error.unwrap_err()));
    });
}

#[test]
fn s10_all_opens_to_every_account_and_the_own_number_to_the_whole_account() {
    let world = World::new();
    run(async {
        let (one, two) = (private(&world, 1).await, private(&world, 2).await);
        let admin = world.admin();
        open(&admin, &one, LaunchPermission::Everybody).await;
        open(&admin, &two, number(&world, "/acme").await).await;
        let (bert, dana) = (world.who("bert"), world.who("dana"));
        assert_eq!(seen(&bert, &one, "/beta").await, [true; 3]);
        assert_eq!(seen(&bert, &two, "/beta").await, [false; 3]);
        for record in [&one, &two] {
            assert_eq!(seen(&dana, record, "/acme/dev").await, [true; 3]);
        }
        // Seen from its own scope it is listed once, and whole.
        let query = ImageQuery::new(p("/acme/prod"));
        let items = admin.images(&query, &most()).await.unwrap().items;
        assert_eq!(items.len(), 2);
        assert!(items.contains(&one) && items.contains(&two));
    });
}

#[test]
fn s10_a_launch_binds_to_what_was_opened_and_forgets_it_when_it_is_closed() {
    let world = World::new();
    run(async {
        let record = private(&world, 7).await;
        let (admin, bert) = (world.admin(), world.who("bert"));
        committed(&bert, "/beta", "web", 7).await;
        let asked = ask("web", EAST, "/beta");
        let before = bert.resolve(&asked).await.unwrap();
        assert_eq!((before.plan.record, before.plan.warnings.len()), (None, 1));
        open(&admin, &record, number(&world, "/beta").await).await;
        for _ in 0..2 {
            let launch = bert.resolve(&asked).await.unwrap();
            assert_eq!(
                (launch.plan.record, launch.plan.warnings.len()),
                (Some(record.id()), 0)
            );
            assert_eq!(launch.plan.image, ami(7));
        }
        let explained = bert.explain(&asked).await.unwrap();
        assert_eq!(explained.outcome.unwrap().plan.record, Some(record.id()));
        let closed = admin.reset_launch_permissions(record.id(), record.scope());
        closed.await.unwrap();
        assert_eq!(bert.resolve(&asked).await.unwrap().plan.record, None);
        // A record of the own branch counts before what others opened.
        open(&admin, &record, LaunchPermission::Everybody).await;
        let own = bert.register_image(image("/beta", EAST, 7)).await.unwrap();
        let launch = bert.resolve(&asked).await.unwrap();
        assert_eq!(launch.plan.record, Some(own.record.id()));
    });
}

#[test]
fn s10_launch_permissions_keep_their_order_and_take_whom_nobody_knows() {
    let world = World::new();
    run(async {
        let record = private(&world, 1).await;
        let (admin, at) = (world.admin(), record.scope().clone());
        let unknown = [
            p::<LaunchPermission>("999999999999"),
            p("arn:aws:organizations::123456789012:organization/o-abc123def4"),
            p("all"),
            p("000000000001"),
        ];
        let add = |who: Vec<LaunchPermission>| {
            let (admin, at, id) = (admin.clone(), at.clone(), record.id());
            async move { admin.add_launch_permissions(id, &who, &at).await.unwrap() }
        };
        assert_eq!(add(unknown.to_vec()).await.changed, unknown);
        assert!(add(unknown.to_vec()).await.changed.is_empty());
        let events = admin.events(&at, &most()).await.unwrap().items;
        let opened = events
            .iter()
            .filter(|event| event.subject == record.id().to_string());
        assert_eq!(opened.count(), 2, "registered, opened once");
        let listed = admin.launch_permissions(record.id(), &at).await.unwrap();
        assert_eq!(listed.permissions, unknown);
        let closed = admin
            .remove_launch_permissions(record.id(), &unknown[1..3], &at)
            .await
            .unwrap();
        assert_eq!(
            closed.permissions.permissions,
            [unknown[0].clone(), unknown[3].clone()]
        );
        assert!(world.atlas.check().await.unwrap().findings.is_empty());
    });
}

#[test]
fn s10_opened_records_come_behind_the_tree_page_by_page_each_once() {
    let world = World::new();
    run(async {
        let admin = world.admin();
        let group = LaunchPermission::Group(joined(&world).await);
        let to_beta = number(&world, "/beta").await;
        let mut expected = Vec::new();
        for at in 1..7 {
            let record = private(&world, at).await;
            for to in [&to_beta, &LaunchPermission::Everybody, &group]
                .into_iter()
                .skip(usize::try_from(at).unwrap() % 3)
            {
                open(&admin, &record, to.clone()).await;
            }
            expected.push(record.id());
        }
        let bert = world.who("bert");
        let own = bert.register_image(image("/beta", EAST, 50)).await.unwrap();
        expected.push(own.record.id());
        for limit in 1..9 {
            let mut paging = Some(cloud_atlas::Paging::of(limit));
            let mut ids = Vec::<ImageRecordId>::new();
            while let Some(page) = paging {
                let page = bert.images(&ImageQuery::new(beta()), &page).await.unwrap();
                ids.extend(page.items.iter().map(ImageRecord::id));
                paging = page.following();
            }
            assert_eq!(ids[0], own.record.id());
            ids.sort_unstable();
            let mut all = expected.clone();
            all.sort_unstable();
            assert_eq!(ids, all, "{limit}");
        }
    });
}

#[test]
fn s11_a_group_opens_to_its_members_while_they_are_in_it() {
    let world = World::new();
    run(async {
        let (admin, bert) = (world.admin(), world.who("bert"));
        let id = joined(&world).await;
        let by = GroupRef::Id(id);
        let record = private(&world, 1).await;
        open(&admin, &record, LaunchPermission::Group(id)).await;
        assert_eq!(seen(&bert, &record, "/beta/prod").await, [true; 3]);
        // Members see who owns the group, and nobody else in it.
        let view = bert.group(&by, &beta()).await.unwrap();
        assert_eq!(
            (view.owner, view.members, view.invitations),
            (acme(), None, None)
        );
        let view = admin.group(&p("partners"), &acme()).await.unwrap();
        assert_eq!(view.members.unwrap().len(), 1);
        let error = admin.delete_group(&by, &acme()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        admin.remove_member(&by, &beta(), &acme()).await.unwrap();
        assert_eq!(seen(&bert, &record, "/beta").await, [false; 3]);
        assert!(
            bert.groups(&beta(), &most())
                .await
                .unwrap()
                .items
                .is_empty()
        );
        admin.delete_group(&by, &acme()).await.unwrap();
        // Another group of that name is another group.
        let again = admin.make_group(&acme(), &p("partners")).await.unwrap();
        let code = admin
            .invite(&GroupRef::Id(again.id), &acme())
            .await
            .unwrap()
            .code;
        admin.accept_invitation(code, &beta()).await.unwrap();
        assert_eq!(seen(&bert, &record, "/beta").await, [false; 3]);
        assert!(world.atlas.check().await.unwrap().findings.is_empty());
    });
}

#[test]
fn s11_an_invitation_is_for_one_account_for_six_days_and_an_admin_accepts_it() {
    let world = World::new();
    run(async {
        let admin = world.admin();
        admin.make_group(&acme(), &p("partners")).await.unwrap();
        let invite = || async {
            let invited = admin.invite(&p("partners"), &acme()).await;
            invited.unwrap()
        };
        let (used, lapsed, cancelled) = (invite().await, invite().await, invite().await);
        let denied = world
            .who("bert")
            .accept_invitation(used.code, &beta())
            .await;
        let mut texts = vec![denied.unwrap_err()];
        let own = admin.accept_invitation(used.code, &acme()).await;
        texts.push(own.unwrap_err());
        admin.accept_invitation(used.code, &beta()).await.unwrap();
        texts.push(
            admin
                .accept_invitation(used.code, &beta())
                .await
                .unwrap_err(),
        );
        admin
            .cancel_invitation(&p("partners"), cancelled.invitation.number, &acme())
            .await
            .unwrap();
        admin.add_scope(&p("/gamma")).await.unwrap();
        for code in [cancelled.code, InvitationCode::from_u128(1 << 90)] {
            let refused = admin.accept_invitation(code, &p("/gamma")).await;
            texts.push(refused.unwrap_err());
        }
        world.clock.advance_secs(6 * 86_400);
        let refused = admin.accept_invitation(lapsed.code, &p("/gamma")).await;
        texts.push(refused.unwrap_err());
        let refused = admin
            .accept_invitation(lapsed.code, &p("/gamma/prod"))
            .await;
        texts.push(refused.unwrap_err());
        let texts: Vec<_> = texts.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(texts.join("\n"));
        // Both accounts know; the code is in neither trail.
        for (who, at) in [("dana", acme()), ("bert", beta())] {
            let events = world.who(who).events(&at, &most()).await.unwrap().items;
            let joins =
                |event: &&cloud_atlas::AuditEvent| event.after.as_deref() == Some("member /beta");
            assert_eq!(events.iter().filter(joins).count(), 1, "{who}");
            let code = used.code.to_string();
            assert!(!format!("{events:?}").contains(&code));
        }
    });
}

#[test]
fn s11_an_account_with_groups_stays_and_can_leave_those_of_others() {
    let world = World::new();
    run(async {
        let admin = world.admin();
        for scope in ["/gamma", "/delta"] {
            admin.add_scope(&p(scope)).await.unwrap();
        }
        admin.make_group(&p("/gamma"), &p("g")).await.unwrap();
        let code = admin.invite(&p("g"), &p("/gamma")).await.unwrap().code;
        let view = admin.accept_invitation(code, &p("/delta")).await.unwrap();
        let texts = [
            admin.remove_scope(&p("/gamma")).await.unwrap_err(),
            admin.remove_scope(&p("/delta")).await.unwrap_err(),
        ];
        insta::assert_snapshot!(format!("{}\n{}", texts[0], texts[1]));
        admin
            .leave_group(&GroupRef::Id(view.id), &p("/delta"))
            .await
            .unwrap();
        admin.delete_group(&p("g"), &p("/gamma")).await.unwrap();
        for scope in ["/gamma", "/delta"] {
            admin.remove_scope(&p(scope)).await.unwrap();
        }
    });
}

#[test]
fn s10_refusals_say_what_to_do() {
    let world = World::new();
    run(async {
        let record = private(&world, 1).await;
        let (dana, olga, bert) = (world.who("dana"), world.who("olga"), world.who("bert"));
        let (id, at) = (record.id(), record.scope().clone());
        let foreign = world
            .admin()
            .make_group(&beta(), &p("theirs"))
            .await
            .unwrap();
        let all = [LaunchPermission::Everybody];
        let theirs = [LaunchPermission::Group(foreign.id)];
        let absent = [LaunchPermission::Group(GroupId::from_u128(0xabc))];
        let admin = world.admin();
        admin
            .grant(&p("dana"), &Role::ACTOR, &acme(), None)
            .await
            .unwrap();
        let mut texts = Vec::new();
        for error in [
            olga.add_launch_permissions(id, &all, &at)
                .await
                .unwrap_err(),
            bert.add_launch_permissions(id, &all, &beta())
                .await
                .unwrap_err(),
            dana.add_launch_permissions(id, &theirs, &at)
                .await
                .unwrap_err(),
            dana.add_launch_permissions(id, &absent, &at)
                .await
                .unwrap_err(),
        ] {
            texts.push(error.to_string());
        }
        insta::assert_snapshot!(texts.join("\n"));
    });
}
