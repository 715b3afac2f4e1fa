//! What a template takes along.

use crate::{
    AMI, Linked, Mci, OTHER_AMI, TOKYO, Template, URN, WEB, at, group, mark, name, number, offered,
    publication, refs, request, set, to_groups,
};
use atlas_image_id::CloudLocation;
use atlas_market::{Admit, Publication, PublishError, ShortText, TargetGroupsError, Visibility};
use insta::assert_snapshot;

#[test]
fn p03_a_template_takes_its_private_images_along() {
    let (web, database) = (Mci::open(1, "web"), Mci::open(2, "database"));
    let template = Template::of(9, "front end", &[&database, &web]);
    let published = template
        .publish(request(to_groups(&[1])), &groups())
        .unwrap();
    let both = [publication(1, 1), publication(2, 1)];
    assert_eq!(refs(&published.dependencies), both);
    assert_eq!(published.publication.dependencies, set(both));
    for dependency in &published.dependencies {
        assert_eq!(dependency.visibility, to_groups(&[1]));
    }
    let images = published.images.iter().map(|it| it.publication);
    let images: Vec<_> = images.collect();
    assert_eq!(
        images,
        [publication(1, 1), publication(2, 1), publication(9, 1)]
    );
    assert!(published.widened.is_empty());
}

#[test]
fn p03_an_image_speaks_for_itself_when_it_is_taken_along() {
    let first = Mci::open(1, "web");
    let template = Template::of(9, "front end", &[&first]);
    let published = template.publish(request(Visibility::Public), &[]).unwrap();
    let along = &published.dependencies[0];
    assert_eq!(along.short.as_str(), "round 1");
    assert_eq!(
        along.notes.as_ref().unwrap().as_str(),
        "round 1\n\nof images"
    );

    let next = Mci {
        published: first.published(Visibility::Public, &[]).published,
        ..Mci::at(1, 2, "web", &[("azure", URN)])
    };
    let template = Template::of(9, "front end", &[&next]);
    let published = template.publish(request(Visibility::Public), &[]).unwrap();
    assert_eq!(
        published.dependencies[0].short.as_str(),
        "a base for the web"
    );
}

#[test]
fn p03_what_is_published_already_is_not_published_again() {
    let web = Mci::open(1, "web").published(Visibility::Public, &[]);
    let template = Template::of(9, "front end", &[&web]);
    let published = template
        .publish(request(to_groups(&[1])), &groups())
        .unwrap();
    assert!(published.dependencies.is_empty() && published.widened.is_empty());
    assert_eq!(published.publication.dependencies, set([publication(1, 1)]));
}

#[test]
fn p03_a_deprecated_dependency_still_serves() {
    let mut web = Mci::open(1, "web").published(Visibility::Public, &[]);
    let old = web.published[0].deprecate(crate::reason("old"), crate::dana(), crate::now());
    web.published = vec![old.unwrap()];
    let template = Template::of(9, "front end", &[&web]);
    assert!(template.publish(request(Visibility::Public), &[]).is_ok());
}

#[test]
fn p03_links_that_move_are_refused() {
    for target in ["head", "latest", "production"] {
        let template = Template::new(9, "front end", &[(1, target)]);
        let refused = template
            .publish(request(Visibility::Public), &[])
            .unwrap_err();
        assert!(
            matches!(refused, PublishError::MovingLinks { .. }),
            "{target}: {refused}"
        );
    }
    let links = [(1, "head"), (2, "production"), (3, "latest"), (4, "2")];
    let template = Template::new(9, "front end", &links);
    let refused = template
        .publish(request(Visibility::Public), &[])
        .unwrap_err();
    assert_snapshot!(refused, @"`front end` links what moves: HEAD of lin-00000000000000000000000000000001, channel `production` of lin-00000000000000000000000000000002, `latest` of lin-00000000000000000000000000000003; commit it with --commit-head-dependencies, or link revisions, and publish that");
}

#[test]
fn p03_links_that_lead_nowhere_are_refused() {
    let template = Template::new(9, "front end", &[(1, "2")]);
    let refused = template
        .publish(request(Visibility::Public), &[])
        .unwrap_err();
    assert_snapshot!(refused, @"lin-00000000000000000000000000000001@2 cannot be published along: not there, or not visible from here; unlink what is gone");
    // Another revision than the one that is linked is not it.
    let web = Mci::open(1, "web");
    let template = template.with(1, Linked::Own(&web));
    let refused = template
        .publish(request(Visibility::Public), &[])
        .unwrap_err();
    assert!(
        matches!(refused, PublishError::UnseenLinks { .. }),
        "{refused}"
    );
}

#[test]
fn p03_one_link_that_cannot_go_along_keeps_all_back() {
    let mut web = Mci::open(1, "web");
    web.marks = web.marks.revoke(mark("holds a key")).unwrap();
    let database = Mci::open(2, "database");
    let template = Template::of(9, "front end", &[&web, &database]);
    let refused = template
        .publish(request(Visibility::Public), &[])
        .unwrap_err();
    assert_snapshot!(refused, @"`web` revision 1 is linked and was revoked by lee: holds a key; link another one, or take the mark back");
}

#[test]
fn p03_what_is_published_to_fewer_is_widened_only_when_asked() {
    let web = Mci::open(1, "web").published(to_groups(&[2]), &groups());
    let template = Template::of(9, "front end", &[&web]);
    let refused = template
        .publish(request(to_groups(&[1])), &groups())
        .unwrap_err();
    assert_snapshot!(refused, @"not all for whom this is meant see what it links: `web` (pub-00000000000000000000000000000001@1), which --widen shows to more");
    let mut asked = request(to_groups(&[1]));
    asked.admit = Admit {
        widen: true,
        ..Admit::default()
    };
    let published = template.publish(asked.clone(), &groups()).unwrap();
    let mut expected = web.published[0].clone();
    expected.visibility = to_groups(&[1, 2]);
    assert_eq!(published.widened, [expected]);
    assert!(published.dependencies.is_empty());
    asked.visibility = Visibility::Public;
    let published = template.publish(asked, &groups()).unwrap();
    assert_eq!(published.widened[0].visibility, Visibility::Public);
}

#[test]
fn p03_widening_stays_within_the_limit_of_groups() {
    let many: Vec<_> = (1..=65)
        .map(|id| group(id, "/acme", &["/globex"]))
        .collect();
    let most: Vec<_> = (1..=64).collect();
    let web = Mci::open(1, "web").published(to_groups(&most), &many);
    let template = Template::of(9, "front end", &[&web]);
    let mut asked = request(to_groups(&[65]));
    asked.admit.widen = true;
    // All members of the new group see it already, as members of others.
    assert!(
        template
            .publish(asked.clone(), &many)
            .unwrap()
            .widened
            .is_empty()
    );
    let mut apart = many.clone();
    apart[64] = group(65, "/acme", &["/initech"]);
    let refused = template.publish(asked, &apart).unwrap_err();
    let too_many = TargetGroupsError::TooMany { count: 65 };
    assert_eq!(refused, PublishError::Groups(too_many));
}

#[test]
fn p03_groups_cover_each_other_by_their_members() {
    let covers = |members: &[&str], dependency: &[u128]| {
        let groups = [
            group(1, "/acme", members),
            group(2, "/acme", &["/globex", "/initech"]),
            group(3, "/acme", &["/umbrella"]),
        ];
        let web = Mci::open(1, "web").published(to_groups(dependency), &groups);
        let template = Template::of(9, "front end", &[&web]);
        template.publish(request(to_groups(&[1])), &groups).is_ok()
    };
    assert!(covers(&["/globex"], &[2]));
    assert!(covers(&["/globex", "/umbrella"], &[2, 3]));
    assert!(!covers(&["/globex", "/umbrella"], &[2]));
    // Whoever joins an empty group sees what is for that group alone.
    assert!(!covers(&[], &[2]));
    assert!(covers(&[], &[1, 2]));
    // What is for some is not for all.
    let web = Mci::open(1, "web").published(to_groups(&[1]), &groups());
    let template = Template::of(9, "front end", &[&web]);
    let refused = template.publish(request(Visibility::Public), &groups());
    assert!(matches!(refused, Err(PublishError::Narrow { .. })));
}

#[test]
fn p03_a_linked_import_refers_to_its_own_publication() {
    let foreign = foreign(Visibility::Public);
    let template = Template::new(9, "front end", &[(1, "1")]);
    let template = template.with(1, Linked::Imported(name("globex web"), Some(&foreign)));
    let published = template
        .publish(request(to_groups(&[1])), &groups())
        .unwrap();
    assert_eq!(
        published.publication.dependencies,
        set([foreign.reference()])
    );
    assert!(published.dependencies.is_empty());
    assert_eq!(published.publication.locations, foreign.locations);
}

#[test]
fn p03_a_linked_import_that_the_groups_cannot_see_is_refused() {
    let mut groups = groups().to_vec();
    groups.push(group(5, "/globex", &["/acme"]));
    let narrow = foreign(to_groups(&[5]));
    let template = Template::new(9, "front end", &[(1, "1")]);
    let template = template.with(1, Linked::Imported(name("globex web"), Some(&narrow)));
    let mut asked = request(to_groups(&[1]));
    asked.admit.widen = true;
    let refused = template.publish(asked.clone(), &groups).unwrap_err();
    assert_snapshot!(refused, @"not all for whom this is meant see what it links: `globex web` (pub-00000000000000000000000000000001@1), of which their publishers decide: link others, or clones of them");
    // Its publisher is in the group, and has it.
    groups[0] = group(1, "/acme", &["/globex"]);
    assert!(template.publish(asked.clone(), &groups).is_ok());
    groups[0] = group(1, "/acme", &["/globex", "/initech"]);
    groups[5] = group(5, "/globex", &["/acme", "/initech"]);
    assert!(template.publish(asked, &groups).is_ok());
}

#[test]
fn p03_an_import_without_its_publication_is_refused() {
    let template = Template::new(9, "front end", &[(1, "1")]);
    let template = template.with(1, Linked::Imported(name("globex web"), None));
    let refused = template
        .publish(request(Visibility::Public), &[])
        .unwrap_err();
    assert_snapshot!(refused, @"`globex web` is linked and was imported from a publication that is no more: link another, or a clone of it");
}

#[test]
fn p03_what_everybody_has_needs_no_publication() {
    let shared = Mci::new(1, "web", &[("gcp", WEB)]);
    let template = Template::new(9, "front end", &[(1, "1")]);
    let template = template.with(1, Linked::Everywhere(&shared));
    let published = template.publish(request(Visibility::Public), &[]).unwrap();
    assert!(published.publication.dependencies.is_empty());
    assert_eq!(published.publication.locations, set([at("gcp")]));
    assert_eq!(published.check.images, []);
}

#[test]
fn p03_a_template_covers_what_its_images_do() {
    let (web, other) = (
        Mci::new(
            1,
            "web",
            &[("azure", URN), ("azure/westeurope", URN), (TOKYO, AMI)],
        ),
        Mci::new(2, "other", &[("aws/us-east-1", OTHER_AMI)]),
    );
    let template = Template::of(9, "front end", &[&web, &other]);
    let mut asked = request(Visibility::Public);
    asked.admit.unknown = true;
    let published = template.publish(asked, &[]).unwrap();
    let covered: Vec<_> = published.publication.locations.iter().collect();
    let covered: Vec<_> = covered.into_iter().map(CloudLocation::as_str).collect();
    assert_eq!(covered, ["aws/ap-northeast-1", "aws/us-east-1", "azure"]);
    let of_web = &published.dependencies[0];
    assert_eq!(of_web.revision, number(1));
    assert_eq!(of_web.locations, set([at("azure"), at(TOKYO)]));
}

#[test]
fn p03_a_description_makes_a_short_text() {
    let short = |text: &str| ShortText::from_lines(text).map(|it| it.to_string());
    assert_eq!(short("\n  \n Ubuntu \nmore"), Some("Ubuntu".to_owned()));
    assert_eq!(short(&"x".repeat(300)).unwrap().len(), 255);
    assert_eq!(short("a\u{202e}b\tc"), Some("abc".to_owned()));
    assert_eq!(short(" \n "), None);
}

fn groups() -> [atlas_scope::AccountGroup; 5] {
    [
        group(1, "/acme", &["/initech"]),
        group(2, "/acme", &["/globex"]),
        group(3, "/acme", &[]),
        group(4, "/acme", &["/umbrella"]),
        group(6, "/acme", &[]),
    ]
}

/// A publication of another account.
fn foreign(visibility: Visibility) -> Publication {
    let mut foreign = offered(1, 1, "globex web", Visibility::Public);
    foreign.publisher = crate::scope("/globex");
    foreign.visibility = visibility;
    foreign
}
