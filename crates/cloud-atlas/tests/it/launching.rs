//! What is launched where, with what wins over the setting.

use crate::support::{World, ami, ask, committed, image, p, run, set};
use cloud_atlas::{
    Error, LaunchRequest, LaunchSubject,
    image::Architecture,
    image_id::{Cloud, ImageId},
    mci::{HeadEdit, Setting},
    scope::Scope,
    template::{ChosenBy, LaunchRefusal, LaunchStep, Override, OverrideField, Overrides},
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

fn with(request: LaunchRequest, overrides: Overrides) -> LaunchRequest {
    let LaunchRequest {
        subject, location, ..
    } = request;
    subject.with_overrides(overrides).at(location)
}

#[test]
fn r04_overrides_win_are_marked_and_must_fit() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let asked = ask("web", EAST, "/acme");
        let plain = dana.resolve(&asked).await.unwrap();
        assert_eq!(
            (plain.overridden.len(), plain.chosen_by),
            (0, ChosenBy::Itself)
        );
        // An image that is in no MultiCloud Image, of another type, with a kernel.
        let overrides = Overrides {
            image: Some(ami(9)),
            instance_type: Some(p("m6g.large")),
            kernel: Override::Set(ImageId::parse(Cloud::Aws, "aki-12345678").unwrap()),
            ..Overrides::default()
        };
        let asked = with(asked, overrides);
        let launch = dana.resolve(&asked).await.unwrap();
        let fields: Vec<_> = launch.overridden.iter().map(|mark| mark.field).collect();
        let marked = [
            OverrideField::Image,
            OverrideField::InstanceType,
            OverrideField::Kernel,
        ];
        assert_eq!(fields, marked);
        assert_eq!(launch.plan.image, ami(9));
        assert_eq!(launch.plan.instance_type, Some(p("m6g.large")));
        // The same question without overrides is another question.
        let again = dana.resolve(&ask("web", EAST, "/acme")).await.unwrap();
        assert_eq!(again.plan, plain.plan);
        let warm = dana.resolve(&asked).await.unwrap();
        assert_eq!(warm, launch);
        // Its record is looked for as that of a setting is, and judged.
        let mut registered = image("/acme", EAST, 9);
        registered.architecture = Some(Architecture::X86_64);
        dana.register_image(registered).await.unwrap();
        let refused = dana.resolve(&asked).await.unwrap_err();
        insta::assert_snapshot!(refused, @"`m6g.large` at aws/us-east-1 takes images for aarch64, and this one is for x86_64: choose another instance type, or another image");
        let explained = dana.explain(&asked).await.unwrap();
        assert!(explained.outcome.is_err());
        insta::assert_snapshot!(explained.trace, @"
        1. from `web` revision 1, content cf414658f790
        2. aws/us-east-1 has a setting of its own
        3. override: image `ami-00000000000000009` in place of `ami-00000000000000001`
        4. override: instance type `m6g.large` in place of `m7i.large`
        5. override: kernel `aki-12345678` in place of none
        6. its record is img-00000000000000000000000000000019 at /acme
        7. refused: `m6g.large` at aws/us-east-1 takes images for aarch64, and this one is for x86_64: choose another instance type, or another image
        ");
    });
}

#[test]
fn r02_every_location_is_a_row_and_none_an_error() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let (web, acme) = (p("web"), p::<Scope>("/acme"));
        dana.create_mci(&acme, p("web")).await.unwrap();
        let edits = vec![set(EAST, 1), set(WEST, 2)];
        dana.edit_mci(&web, &acme, edits, None).await.unwrap();
        dana.commit_mci(&web, &acme, p("first"), None)
            .await
            .unwrap();
        for (location, number) in [(EAST, 1), (WEST, 2)] {
            dana.register_image(image("/acme", location, number))
                .await
                .unwrap();
        }
        let all = LaunchSubject::mci(web, acme.clone());
        let matrix = dana.resolve_all(&all).await.unwrap();
        assert_eq!((matrix.launched(), matrix.rows().len()), (2, 2));
        let found = dana.find_images(&[ami(2)], &acme).await.unwrap();
        let record = found[0].record.id();
        dana.disable_image(record, &acme, Some(p("CVE-2026-1")))
            .await
            .unwrap();
        let matrix = dana.resolve_all(&all).await.unwrap();
        insta::assert_snapshot!(matrix, @"
        LOCATION       FROM   DECIDED BY  IMAGE
        aws/us-east-1  web@1  setting     ami-00000000000000001
        aws/us-west-2  -      refused     the image `ami-00000000000000002` at aws/us-west-2 is disabled: choose another revision, or set another image
        1 of 2 locations launches an image
        ");
        assert_eq!(dana.resolve_all(&all).await.unwrap(), matrix);
        // Each row is what its location alone gives, and is explained.
        let explained = dana.explain_all(&all).await.unwrap();
        for (row, explained) in matrix.rows().iter().zip(explained) {
            assert_eq!(row.location, explained.location);
            let alone = dana.resolve(&all.clone().at(row.location.clone())).await;
            match alone {
                Ok(launch) => assert_eq!(explained.outcome, Ok((*launch).clone())),
                Err(Error::Launch(refusal)) => assert_eq!(explained.outcome, Err(refusal)),
                Err(error) => panic!("{error}"),
            }
        }
        // Nothing is there for a location without a setting.
        let nowhere = dana.resolve(&all.at(p("aws/eu-west-1"))).await.unwrap_err();
        insta::assert_snapshot!(nowhere, @"`web` revision 1 has no image for aws/eu-west-1; it has images for aws/us-east-1, aws/us-west-2. To support aws/eu-west-1, edit its HEAD, set an image there and commit");
    });
}

#[test]
fn r05_an_image_of_the_repository_that_is_not_open_refuses() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        let image = ImageId::parse(Cloud::Local, "ami-0123456789abcdef0").unwrap();
        let (web, beta) = (p("web"), p::<Scope>("/beta"));
        bert.create_mci(&beta, p("web")).await.unwrap();
        let edit = HeadEdit::set(
            p("local/main"),
            Setting::new(image.clone()).with_instance_type(p("m1.small")),
        );
        bert.edit_mci(&web, &beta, vec![edit], None).await.unwrap();
        bert.commit_mci(&web, &beta, p("first"), None)
            .await
            .unwrap();
        let asked = ask("web", "local/main", "/beta");
        // Absent and hidden are one.
        let absent = bert.resolve(&asked).await.unwrap_err().to_string();
        let mut hidden = crate::support::image("/acme", EAST, 1);
        hidden.location = p("local/main");
        hidden.image_id = image;
        let record = admin.register_image(hidden).await.unwrap().record;
        let closed = bert.resolve(&asked).await.unwrap_err();
        assert!(matches!(
            closed,
            Error::Launch(LaunchRefusal::Closed { .. })
        ));
        assert_eq!(closed.to_string(), absent);
        let number = crate::sharing::number(&world, "/beta").await;
        assert!(
            absent.contains(&format!("the launch permission `{number}`")),
            "{absent}"
        );
        let explained = bert.explain(&asked).await.unwrap();
        let step = |step: &LaunchStep| {
            matches!(
                step,
                LaunchStep::Access {
                    is_granted: false,
                    ..
                }
            )
        };
        assert!(explained.trace.steps().iter().any(step));
        // Who is let in launches it, and is told that she was.
        let to = [cloud_atlas::image::LaunchPermission::Everybody];
        admin
            .add_launch_permissions(record.id(), &to, &p("/acme"))
            .await
            .unwrap();
        let launch = bert.resolve(&asked).await.unwrap();
        assert_eq!(launch.plan.record, Some(record.id()));
        let explained = bert.explain(&asked).await.unwrap();
        let step = |step: &LaunchStep| {
            matches!(
                step,
                LaunchStep::Access {
                    is_granted: true,
                    ..
                }
            )
        };
        assert!(explained.trace.steps().iter().any(step));
    });
}

#[test]
fn r05_a_record_that_is_hidden_above_does_not_hide_one_that_is_opened() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme/prod", "web", 1).await;
        let mut hidden = image("/acme", EAST, 1);
        hidden.shared = Some(false);
        admin.register_image(hidden).await.unwrap();
        let opened = admin.register_image(image("/beta", EAST, 1)).await;
        let opened = opened.unwrap().record.id();
        let to = [cloud_atlas::image::LaunchPermission::Everybody];
        let open = admin.add_launch_permissions(opened, &to, &p("/beta")).await;
        open.unwrap();
        let launch = admin.resolve(&ask("web", EAST, "/acme/prod")).await;
        assert_eq!(launch.unwrap().plan.record, Some(opened));
    });
}
