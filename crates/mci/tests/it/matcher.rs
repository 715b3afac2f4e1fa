use crate::{at, bytes, instance_type, named, set, setting};
use atlas_history::Frozen;
use atlas_image_id::{Cloud, ImageId};
use atlas_mci::{
    Checksum, Content, HeadEdit, MatchError, Matcher, Rematch, SummedImage, SummedImages,
};
use proptest::{collection::btree_map, prelude::*};

const PLACES: [&str; 4] = [
    "aws/eu-west-1",
    "aws/sa-east-1",
    "aws/us-east-1",
    "aws/us-west-2",
];

fn ami(number: u8) -> String {
    format!("ami-{number:017x}")
}

fn sum(text: &str) -> Checksum {
    Checksum::parse(text).unwrap()
}

/// A matcher after an image in Ireland.
fn matcher() -> Matcher {
    let example = setting("aws/eu-west-1", &ami(1)).with_user_data(bytes(b"#!/bin/sh\n"));
    Matcher::new(at("aws/eu-west-1"), example, sum("sha256:AB")).unwrap()
}

/// An answer of all four places; each image is a place, a number and a checksum.
fn answer(images: &[(&str, u8, &str)]) -> SummedImages {
    SummedImages {
        asked: PLACES.iter().map(|place| at(place)).collect(),
        images: images
            .iter()
            .map(|(place, number, checksum)| SummedImage {
                location: at(place),
                image: ImageId::parse(at(place).cloud(), &ami(*number)).unwrap(),
                checksum: sum(checksum),
            })
            .collect(),
    }
}

/// Three places with the checksum, one with another.
fn found() -> SummedImages {
    answer(&[
        ("aws/eu-west-1", 1, "sha256:ab"),
        ("aws/us-east-1", 2, "sha256:AB"),
        ("aws/us-west-2", 3, "sha256:ab"),
        ("aws/sa-east-1", 4, "sha256:cd"),
    ])
}

/// Created, updated, destroyed, by hand; the places by their regions.
fn told(done: &Rematch) -> [String; 4] {
    [&done.created, &done.updated, &done.destroyed, &done.by_hand].map(|locations| {
        let regions = locations.iter().filter_map(|location| location.region());
        regions.collect::<Vec<_>>().join(" ")
    })
}

#[test]
fn m14_an_example_makes_settings_for_its_cloud() {
    let done = matcher().rematch(&named("web"), &found()).unwrap();
    assert_eq!(told(&done), ["eu-west-1 us-east-1 us-west-2", "", "", ""]);
    let made = &done.content.settings()[&at("aws/us-east-1")];
    let expected = setting("aws/us-east-1", &ami(2)).with_user_data(bytes(b"#!/bin/sh\n"));
    assert_eq!(*made, expected);
    assert!(done.matcher.has_made(&at("aws/us-east-1"), made).unwrap());
    // A second time there is nothing to do.
    let again = done.matcher.rematch(&done.content, &found()).unwrap();
    assert_eq!(told(&again), ["", "", "", ""]);
    assert_eq!(
        (&again.content, &again.matcher),
        (&done.content, &done.matcher)
    );
}

#[test]
fn m14_a_rematch_creates_updates_and_destroys() {
    let done = matcher().rematch(&named("web"), &found()).unwrap();
    let now = answer(&[
        ("aws/eu-west-1", 1, "sha256:ab"),
        ("aws/us-east-1", 9, "sha256:ab"),
        ("aws/sa-east-1", 4, "sha256:ab"),
        ("aws/us-west-2", 3, "sha256:cd"),
    ]);
    let again = done.matcher.rematch(&done.content, &now).unwrap();
    assert_eq!(told(&again), ["sa-east-1", "us-east-1", "us-west-2", ""]);
    let image = |place: &str| {
        again
            .content
            .settings()
            .get(&at(place))
            .map(|it| it.image().to_string())
    };
    assert_eq!(image("aws/us-east-1"), Some(ami(9)));
    assert_eq!(image("aws/us-west-2"), None);
    assert_eq!(image("aws/eu-west-1"), Some(ami(1)));
}

#[test]
fn m14_a_setting_made_by_hand_always_wins() {
    let hand = set("aws/us-east-1", &ami(7));
    let head = named("web").edited([hand.clone()]).unwrap();
    let done = matcher().rematch(&head, &found()).unwrap();
    assert_eq!(told(&done), ["eu-west-1 us-west-2", "", "", "us-east-1"]);
    assert_eq!(
        done.content.settings()[&at("aws/us-east-1")],
        head.settings()[&at("aws/us-east-1")]
    );
    // Also where no image has the checksum any more: it is not the matcher's to destroy.
    let none = done.matcher.rematch(&done.content, &answer(&[])).unwrap();
    assert_eq!(told(&none), ["", "", "eu-west-1 us-west-2", ""]);
    assert_eq!(none.content.settings().len(), 1);
    // A setting of the matcher's that was edited was made by hand, whatever was edited in it.
    let done = matcher().rematch(&named("web"), &found()).unwrap();
    let made = done.content.settings()[&at("aws/us-west-2")].clone();
    for edited in [
        made.clone().with_user_data(None),
        made.clone().with_instance_type(instance_type("m7i.xlarge")),
        made.clone()
            .with_kernel(ImageId::parse(Cloud::Aws, "aki-1a2b3c4d").ok()),
        made.with_image(ImageId::parse(Cloud::Aws, &ami(8)).unwrap()),
    ] {
        let head = done
            .content
            .edited([HeadEdit::set(at("aws/us-west-2"), edited)])
            .unwrap();
        let again = done.matcher.rematch(&head, &found()).unwrap();
        assert_eq!(told(&again), ["", "", "", "us-west-2"]);
        assert_eq!(again.content, head);
        // It stays made by hand, also when it comes to look like what was made once.
        let back = again.matcher.rematch(&done.content, &answer(&[])).unwrap();
        assert_eq!(told(&back), ["", "", "eu-west-1 us-east-1", ""]);
    }
}

#[test]
fn m14_what_was_made_can_be_taken_over() {
    let done = matcher().rematch(&named("web"), &found()).unwrap();
    let released = done.matcher.release(&at("aws/us-east-1"));
    let gone = released.rematch(&done.content, &answer(&[])).unwrap();
    assert_eq!(told(&gone), ["", "", "eu-west-1 us-west-2", ""]);
    assert!(gone.content.settings().contains_key(&at("aws/us-east-1")));
}

#[test]
fn m14_what_was_taken_away_is_made_again() {
    let done = matcher().rematch(&named("web"), &found()).unwrap();
    let unset = HeadEdit::Unset {
        location: at("aws/us-east-1"),
    };
    let head = done.content.edited([unset]).unwrap();
    let again = done.matcher.rematch(&head, &found()).unwrap();
    assert_eq!(told(&again), ["us-east-1", "", "", ""]);
    assert_eq!(again.content, done.content);
}

#[test]
fn m14_locations_that_were_not_asked_stay_as_they_are() {
    let done = matcher().rematch(&named("web"), &found()).unwrap();
    let mut narrow = answer(&[
        ("aws/us-east-1", 9, "sha256:ab"),
        ("aws/us-west-2", 8, "sha256:ab"),
    ]);
    narrow.asked = [at("aws/us-east-1")].into();
    let again = done.matcher.rematch(&done.content, &narrow).unwrap();
    assert_eq!(told(&again), ["", "us-east-1", "", ""]);
    let west = at("aws/us-west-2");
    assert_eq!(
        again.content.settings()[&west],
        done.content.settings()[&west]
    );
    assert!(
        again
            .matcher
            .has_made(&west, &again.content.settings()[&west])
            .unwrap()
    );
    // Other clouds are none of its business.
    let mut other = answer(&[]);
    other.asked.insert(at("local/main"));
    let image = ImageId::parse(Cloud::Local, &ami(1)).unwrap();
    other.images.push(SummedImage {
        location: at("local/main"),
        image,
        checksum: sum("sha256:ab"),
    });
    let again = matcher().rematch(&named("web"), &other).unwrap();
    assert_eq!(told(&again), ["", "", "", ""]);
}

#[test]
fn m14_of_several_images_the_one_set_is_kept() {
    let twice = answer(&[
        ("aws/us-east-1", 9, "sha256:ab"),
        ("aws/us-east-1", 2, "sha256:ab"),
    ]);
    let first = matcher().rematch(&named("web"), &twice).unwrap();
    assert_eq!(first.ambiguous, [at("aws/us-east-1")]);
    let image = |done: &Rematch| {
        done.content.settings()[&at("aws/us-east-1")]
            .image()
            .to_string()
    };
    assert_eq!(image(&first), ami(2));
    let one = answer(&[("aws/us-east-1", 9, "sha256:ab")]);
    let later = first.matcher.rematch(&first.content, &one).unwrap();
    assert_eq!(image(&later), ami(9));
    let still = later.matcher.rematch(&later.content, &twice).unwrap();
    assert_eq!(
        (image(&still), told(&still)),
        (
            ami(9),
            told(&later.matcher.rematch(&later.content, &one).unwrap())
        )
    );
}

#[test]
fn m14_another_example_updates_what_was_made() {
    let done = matcher().rematch(&named("web"), &found()).unwrap();
    let example = setting("aws/sa-east-1", &ami(4)).with_instance_type(instance_type("m7i.xlarge"));
    let other = done
        .matcher
        .after(at("aws/sa-east-1"), example, sum("sha256:cd"))
        .unwrap();
    let again = other.rematch(&done.content, &found()).unwrap();
    assert_eq!(
        told(&again),
        ["sa-east-1", "", "eu-west-1 us-east-1 us-west-2", ""]
    );
    let same = setting("aws/eu-west-1", &ami(1)).with_instance_type(instance_type("m7i.xlarge"));
    let typed = done
        .matcher
        .after(at("aws/eu-west-1"), same, sum("sha256:ab"))
        .unwrap();
    let again = typed.rematch(&done.content, &found()).unwrap();
    assert_eq!(told(&again), ["", "eu-west-1 us-east-1 us-west-2", "", ""]);
}

#[test]
fn m14_where_a_setting_came_from_is_not_in_its_digest() {
    let done = matcher().rematch(&named("web"), &found()).unwrap();
    let by_hand = done
        .content
        .settings()
        .iter()
        .map(|(at, it)| HeadEdit::set(at.clone(), it.clone()));
    let by_hand = named("web").edited(by_hand).unwrap();
    let digest = |content: &Content| Frozen::new(content.clone()).unwrap().digest();
    assert_eq!(digest(&by_hand), digest(&done.content));
}

#[test]
fn m14_a_matcher_is_kept_beside_head() {
    let done = matcher().rematch(&named("web"), &found()).unwrap();
    let stored = serde_json::to_value(&done.matcher).unwrap();
    assert_eq!(
        serde_json::from_value::<Matcher>(stored.clone()).unwrap(),
        done.matcher
    );
    insta::assert_snapshot!(serde_json::to_string_pretty(&stored).unwrap());
}

#[test]
fn m14_refuses_an_example_that_cannot_stand() {
    let place = at("aws/eu-west-1");
    let image = atlas_mci::Setting::new(ImageId::parse(Cloud::Aws, &ami(1)).unwrap());
    let refused = Matcher::new(place, image, sum("x")).unwrap_err();
    assert!(matches!(refused, MatchError::Edit(_)));
    assert_eq!(
        refused.to_string(),
        "a setting at aws/eu-west-1 needs an instance type"
    );
}

#[test]
fn checksums_are_short_visible_texts() {
    assert_eq!(sum("SHA256:AB").as_str(), "sha256:ab");
    assert_eq!(format!("{:?}", sum("a")), "\"a\"");
    for (text, at) in [("", 0), ("a b", 1), ("é", 0), (&*"a".repeat(129), 128)] {
        assert_eq!(Checksum::parse(text).unwrap_err().at(), at, "{text}");
    }
    let refused = Checksum::parse("a b").unwrap_err();
    insta::assert_snapshot!(refused, @"`a b` is no checksum: expected 1 to 128 visible ASCII characters, stopped at byte 1");
}

/// For some places, the number of the image there and whether it has the checksum.
fn places() -> impl Strategy<Value = std::collections::BTreeMap<usize, (u8, bool)>> {
    btree_map(0..PLACES.len(), (0_u8..3, any::<bool>()), 0..4)
}

fn answer_of(places: &std::collections::BTreeMap<usize, (u8, bool)>) -> SummedImages {
    let images = PLACES.iter().enumerate().filter_map(|(at, place)| {
        let (number, same) = places.get(&at)?;
        Some((
            *place,
            *number,
            if *same { "sha256:ab" } else { "sha256:cd" },
        ))
    });
    answer(&images.collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn m14_laws(first in places(), hand in btree_map(0..PLACES.len(), 0_u8..3, 0..3), second in places()) {
        let head = hand.iter().map(|(place, number)| {
            // No matcher makes such a setting.
            let edit = setting(PLACES[*place], &ami(*number)).with_instance_type(instance_type("hand"));
            HeadEdit::set(at(PLACES[*place]), edit)
        });
        let head = named("web").edited(head).unwrap();
        let one = matcher().rematch(&head, &answer_of(&first)).unwrap();
        let two = one.matcher.rematch(&one.content, &answer_of(&second)).unwrap();
        for (place, name) in PLACES.iter().enumerate() {
            let (location, found) = (at(name), second.get(&place).filter(|(_, same)| *same));
            let setting = two.content.settings().get(&location);
            if let Some(by_hand) = head.settings().get(&location) {
                prop_assert_eq!(setting, Some(by_hand));
            } else {
                let image = setting.map(|setting| setting.image().to_string());
                prop_assert_eq!(image, found.map(|(number, _)| ami(*number)));
            }
        }
        // The way there does not matter, and a second time nothing is done.
        let straight = matcher().rematch(&head, &answer_of(&second)).unwrap();
        prop_assert_eq!(&straight.content, &two.content);
        prop_assert_eq!(&straight.matcher, &two.matcher);
        let again = two.matcher.rematch(&two.content, &answer_of(&second)).unwrap();
        prop_assert_eq!(again.content, two.content);
    }
}

#[test]
fn m14_closed_images_and_those_without_a_checksum_are_passed_over() {
    use atlas_image::CloudImage;
    let east = at("aws/us-east-1");
    let image = |number: u64| {
        let id = format!("ami-{number:017x}");
        let id = ImageId::parse(Cloud::Aws, &id).unwrap();
        let mut image = CloudImage::new(east.clone(), id);
        image.checksum = "A1".parse().ok();
        image
    };
    let (mut closed, mut unsummed) = (image(2), image(3));
    closed.closed = true;
    unsummed.checksum = None;
    let listed = [image(1), closed, unsummed];
    let listed = listed.map(|image| (east.clone(), image));
    let answer = SummedImages::new([east.clone()].into(), listed);
    assert_eq!(answer.images.len(), 1);
    assert_eq!(answer.images[0].image, image(1).image_id);
}
