//! Edits of HEAD, by what is known of their images: from their records, and from an inventory.

use crate::{
    inventories::{Watched, world},
    support::{
        World, add_credential, ami, committed, image, import_with, options, p, run, set, small,
    },
};
use cloud_atlas::{
    Error, ErrorKind, MciView, Session,
    image::{Architecture, LaunchPermission},
    image_id::Cloud,
    mci::{EditError, EditWarning, HeadEdit, InstanceDefaults, InstanceTypes, Setting, Takes},
    scope::Scope,
    template::Reference,
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

async fn registered(world: &World, scope: &str, location: &str, number: u64, of: Architecture) {
    let mut ask = image(scope, location, number);
    ask.architecture = Some(of);
    world.admin().register_image(ask).await.unwrap();
}

fn typed(location: &str, number: u64, instance_type: &str) -> HeadEdit {
    let setting = Setting::new(ami(number)).with_instance_type(p(instance_type));
    HeadEdit::set(p(location), setting)
}

async fn edit(who: &Session, edits: Vec<HeadEdit>) -> Result<MciView, Error> {
    let (web, acme) = (p::<Reference>("web"), p::<Scope>("/acme"));
    who.edit_mci(&web, &acme, edits, None).await
}

async fn made(who: &Session) {
    who.create_mci(&p("/acme"), p("web")).await.unwrap();
}

/// An inventory of three images in the east: one open, one closed, one for arm64.
fn east() -> std::sync::Arc<Watched> {
    Watched::new(&format!(
        r#""{EAST}": {{"images": [
            {{"id": "{}"}}, {{"id": "{}", "closed": true}}, {{"id": "{}", "architecture": "arm64"}}
        ]}}, "vmware/DC1": {{}}"#,
        ami(1),
        ami(2),
        ami(3)
    ))
}

#[test]
fn m06_an_edit_is_refused_where_the_record_says_another_architecture() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        made(&dana).await;
        registered(&world, "/acme", EAST, 1, Architecture::X86_64).await;
        registered(&world, "/acme", EAST, 2, Architecture::Aarch64).await;
        let before = edit(&dana, vec![typed(EAST, 1, "m7i.large")])
            .await
            .unwrap();
        assert_eq!(before.warnings, []);
        let refused = edit(&dana, vec![typed(EAST, 1, "m7g.large")])
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        insta::assert_snapshot!(refused, @"`m7g.large` at aws/us-east-1 takes images for aarch64, and this one is for x86_64: choose another instance type, or another image");
        let other = edit(&dana, vec![typed(EAST, 2, "m7i.large")]).await;
        assert!(matches!(other, Err(Error::Edit(EditError::Misfit(_)))));
        // All or nothing, and HEAD is as it was.
        let both = vec![typed(WEST, 9, "m7i.large"), typed(EAST, 2, "m7i.large")];
        assert!(edit(&dana, both).await.is_err());
        let after = dana.mci(&p("web"), &p("/acme")).await.unwrap();
        assert_eq!(after.content, before.content);
        assert_eq!(after.generation, before.generation);
        // Where no setting is touched, none is judged.
        let described = HeadEdit::SetDescription(p("for the web"));
        edit(&dana, vec![described]).await.unwrap();
    });
}

#[test]
fn m06_an_old_type_that_took_both_later_is_allowed_with_a_warning() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        made(&dana).await;
        registered(&world, "/acme", EAST, 1, Architecture::X86_64).await;
        let view = edit(&dana, vec![typed(EAST, 1, "m1.small")]).await.unwrap();
        assert!(
            matches!(&view.warnings[..], [EditWarning::LateFit(late)] if late.location == p(EAST))
        );
        insta::assert_snapshot!(view.warnings[0], @"`m1.small` at aws/us-east-1 did not take images for x86_64 at first: make sure that yours does");
    });
}

#[test]
fn m06_a_host_extends_the_table_of_instance_types() {
    let takes = Takes {
        architectures: [Architecture::Aarch64].into(),
        ..Takes::default()
    };
    let types = InstanceTypes::default().with(Cloud::Aws, &p("z99"), takes);
    let world = World::judging(types);
    let dana = world.who("dana");
    run(async {
        made(&dana).await;
        registered(&world, "/acme", EAST, 1, Architecture::X86_64).await;
        let refused = edit(&dana, vec![typed(EAST, 1, "z99.large")]).await;
        assert!(matches!(refused, Err(Error::Edit(EditError::Misfit(_)))));
        edit(&dana, vec![typed(EAST, 1, "z98.large")])
            .await
            .unwrap();
    });
}

#[test]
fn m06_the_nearest_record_that_the_scope_sees_is_the_one_that_counts() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        made(&admin).await;
        // What another account holds, or a project below, says nothing here.
        registered(&world, "/beta", EAST, 1, Architecture::Aarch64).await;
        registered(&world, "/acme/prod", EAST, 1, Architecture::Aarch64).await;
        let view = edit(&admin, vec![typed(EAST, 1, "m7i.large")])
            .await
            .unwrap();
        assert!(matches!(
            &view.warnings[..],
            [EditWarning::Unregistered { .. }]
        ));
        // Of two above, the nearer one counts.
        add_credential(&admin, "/", Cloud::Aws).await.unwrap();
        registered(&world, "/acme", EAST, 2, Architecture::X86_64).await;
        for number in [2, 3] {
            registered(&world, "/", EAST, number, Architecture::Aarch64).await;
        }
        edit(&admin, vec![typed(EAST, 2, "m7i.large")])
            .await
            .unwrap();
        let refused = edit(&admin, vec![typed(EAST, 3, "m7i.large")]).await;
        assert!(matches!(refused, Err(Error::Edit(EditError::Misfit(_)))));
    });
}

#[test]
fn m06_many_settings_at_once_are_judged_too() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        made(&dana).await;
        let places: Vec<_> = crate::support::places().take(60).collect();
        let all = |number| places.iter().map(|at| set(at, number)).collect::<Vec<_>>();
        let view = edit(&dana, all(1)).await.unwrap();
        assert_eq!(view.warnings.len(), 60);
        registered(&world, "/acme", &places[37], 2, Architecture::Aarch64).await;
        let refused = edit(&dana, all(2)).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Edit(EditError::Misfit(misfit)) if misfit.location == p(&places[37])),
            "{refused}"
        );
    });
}

#[test]
fn m05_a_setting_without_a_record_that_is_seen_is_marked_unregistered() {
    let world = World::new();
    let (dana, olga, admin) = (world.who("dana"), world.who("olga"), world.admin());
    run(async {
        let (web, acme, prod) = (
            p::<Reference>("web"),
            p::<Scope>("/acme"),
            p::<Scope>("/acme/prod"),
        );
        made(&dana).await;
        let view = edit(&dana, vec![set(EAST, 1), set(WEST, 2)]).await.unwrap();
        assert_eq!(view.warnings.len(), 2, "allowed, with a warning");
        insta::assert_snapshot!(view.warnings[0], @"`ami-00000000000000001` at aws/us-east-1 is unregistered, so nothing is known of it: register it");
        let unregistered = async |who: &Session, from: &Scope| {
            let view = who.mci(&web, from).await.unwrap();
            let places = view.unregistered.iter().map(ToString::to_string);
            places.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(unregistered(&dana, &acme).await, format!("{EAST} {WEST}"));
        // A later registration binds, for whoever sees it.
        let mut ask = image("/acme/prod", EAST, 1);
        ask.architecture = Some(Architecture::X86_64);
        admin.register_image(ask).await.unwrap();
        assert_eq!(unregistered(&olga, &prod).await, WEST);
        assert_eq!(unregistered(&dana, &acme).await, format!("{EAST} {WEST}"));
        // What others opened to the account counts as well.
        let beta = admin
            .register_image(image("/beta", WEST, 2))
            .await
            .unwrap()
            .record;
        assert_eq!(unregistered(&olga, &prod).await, WEST);
        let everybody = [LaunchPermission::Everybody];
        let opened = admin.add_launch_permissions(beta.id(), &everybody, beta.scope());
        opened.await.unwrap();
        assert_eq!(unregistered(&olga, &prod).await, "");
        assert_eq!(unregistered(&dana, &acme).await, EAST);
        // A committed revision is looked at in the same way, and says the same bytes.
        dana.commit_mci(&web, &acme, p("first"), None)
            .await
            .unwrap();
        let view = dana.mci(&p("web@1"), &acme).await.unwrap();
        assert_eq!(view.unregistered, [p(EAST)]);
    });
}

#[test]
fn m19_an_image_that_is_not_there_is_another_refusal_than_a_closed_one() {
    let inventory = east();
    let world = world(&inventory);
    let dana = world.who("dana");
    run(async {
        made(&dana).await;
        edit(&dana, vec![set(EAST, 1)]).await.unwrap();
        let absent = edit(&dana, vec![set(EAST, 9)]).await.unwrap_err();
        let closed = edit(&dana, vec![set(EAST, 2)]).await.unwrap_err();
        insta::assert_snapshot!(format!("{absent}\n{closed}"), @r"
        there is no image `ami-00000000000000009` at aws/us-east-1: check its id and its location
        the image `ami-00000000000000002` is at aws/us-east-1, and the credential has no access to it: ask its owner to share it, or copy it
        ");
        assert!(matches!(absent, Error::Edit(EditError::NoImage { .. })));
        assert!(matches!(closed, Error::Edit(EditError::NoAccess { .. })));
        // A place that no inventory covers is not asked about, nor is what is already in HEAD.
        edit(&dana, vec![set(WEST, 9)]).await.unwrap();
        let asked = inventory.asked();
        edit(&dana, vec![HeadEdit::AddTag(p("team:owner=web"))])
            .await
            .unwrap();
        assert_eq!(inventory.asked(), asked);
        // What the cloud says of the architecture counts where no record does.
        let refused = edit(&dana, vec![typed(EAST, 3, "m7i.large")]).await;
        assert!(matches!(refused, Err(Error::Edit(EditError::Misfit(_)))));
        edit(&dana, vec![typed(EAST, 3, "m7g.large")])
            .await
            .unwrap();
        // A registration tells them apart too.
        let closed = dana
            .register_image(image("/acme", EAST, 2))
            .await
            .unwrap_err();
        insta::assert_snapshot!(closed, @"`ami-00000000000000002` is in `aws/us-east-1`, says the inventory, and closed to the credential: ask its owner to share it, or copy it");
    });
}

#[test]
fn m19_who_may_not_edit_learns_nothing_from_the_inventory() {
    let inventory = east();
    let world = world(&inventory);
    run(async {
        made(&world.who("dana")).await;
        let asked = inventory.asked();
        for who in ["olga", "bert", "eve"] {
            let mut told = Vec::new();
            for number in [1, 2, 9] {
                let refused = edit(&world.who(who), vec![set(EAST, number)]).await;
                told.push(refused.unwrap_err().to_string());
            }
            assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
        }
        assert_eq!(inventory.asked(), asked);
        // Nor is a cloud asked for an edit that cannot be made anyway.
        let unset = HeadEdit::Unset { location: p(WEST) };
        let refused = edit(&world.who("dana"), vec![set(EAST, 1), unset]).await;
        assert!(matches!(
            refused,
            Err(Error::Edit(EditError::NoSetting { .. }))
        ));
        assert_eq!(inventory.asked(), asked);
    });
}

#[test]
fn m19_an_inventory_that_is_away_stops_the_edit() {
    let inventory = east();
    let world = world(&inventory);
    let dana = world.who("dana");
    run(async {
        made(&dana).await;
        inventory.away();
        let refused = edit(&dana, vec![set(EAST, 1)]).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unavailable);
        let view = dana.mci(&p("web"), &p("/acme")).await.unwrap();
        assert!(view.content.settings().is_empty());
    });
}

#[test]
fn m06_a_launch_is_refused_where_a_record_came_later() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let ask = crate::support::ask("web", EAST, "/acme");
        dana.resolve(&ask).await.unwrap();
        registered(&world, "/acme", EAST, 1, Architecture::Aarch64).await;
        let refused = dana.resolve(&ask).await.unwrap_err();
        assert!(matches!(&refused, Error::Launch(_)));
        insta::assert_snapshot!(refused, @"`m7i.large` at aws/us-east-1 takes images for x86_64, and this one is for aarch64: choose another instance type, or another image");
        let explained = dana.explain(&ask).await.unwrap();
        assert!(explained.outcome.is_err());
        let last = explained.trace.to_string();
        assert!(
            last.lines()
                .last()
                .unwrap()
                .contains("refused: `m7i.large`"),
            "{last}"
        );
    });
}

#[test]
fn m06_an_import_with_an_instance_type_that_does_not_take_its_images_is_refused() {
    let world = World::new();
    let dana = world.who("dana");
    let images = [("aarch64", EAST, 1)];
    let document = small("stable", "44.1", "2026-01-01T00:00:00Z", &images);
    run(async {
        let with = async |instance_type: &str| {
            let mut options = options(true);
            let said = InstanceDefaults::default().with(Cloud::Aws, None, p(instance_type));
            options.instance_types = said;
            import_with(&dana, std::slice::from_ref(&document), options).await
        };
        let refused = with("m7i.large").await.unwrap_err();
        assert!(
            matches!(refused, Error::Edit(EditError::Misfit(_))),
            "{refused}"
        );
        with("m7g.large").await.unwrap();
    });
}
