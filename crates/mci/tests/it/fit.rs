use crate::{at, full, instance_type, named, set, setting};
use atlas_image::{Architecture, CloudImage, Look};
use atlas_image_id::{Cloud, ImageId};
use atlas_mci::{
    Content, EditError, EditWarning, Fit, HeadEdit, ImageAccess, InstanceTypes, KnownImage,
    LateFit, Misfit, Takes,
};
use std::collections::BTreeMap;

/// The rows of the file that ships: name, what it takes, what it takes late.
fn rows() -> Vec<(&'static str, &'static str, &'static str)> {
    let file = include_str!("../../data/ec2-instance-types.tsv");
    let lines = file
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let columns = lines.map(|line| {
        let (name, rest) = line.split_once('\t').unwrap();
        let (takes, late) = rest.split_once('\t').unwrap();
        (name, takes, late)
    });
    columns.collect()
}

#[test]
fn m06_the_table_that_ships_is_whole() {
    let rows = rows();
    assert!(rows.len() > 150);
    let types = InstanceTypes::default();
    let mut names = std::collections::BTreeSet::new();
    for (name, takes, late) in rows {
        assert!(names.insert(name), "{name} stands there twice");
        let known = types.takes(Cloud::Aws, &instance_type(name)).unwrap();
        let words = |set: &std::collections::BTreeSet<Architecture>| {
            set.iter()
                .map(|it| it.as_str())
                .collect::<Vec<_>>()
                .join(",")
        };
        let dash = |text: String| if text.is_empty() { "-".into() } else { text };
        assert_eq!(dash(words(&known.architectures)), takes, "{name}");
        assert_eq!(dash(words(&known.late)), late, "{name}");
    }
    assert!(include_str!("../../data/ec2-instance-types.tsv").contains("# Source: "));
}

/// What is decided about a type and an architecture in Tokyo.
fn judged(name: &str, architecture: Architecture) -> &'static str {
    let tokyo = at("aws/ap-northeast-1");
    match InstanceTypes::default().judge(&tokyo, &instance_type(name), Some(architecture)) {
        Ok(Fit::Unjudged) => "unjudged",
        Ok(Fit::Fits) => "fits",
        Ok(Fit::Late(_)) => "late",
        Ok(_) => "else",
        Err(_) => "refused",
    }
}

#[test]
fn m06_types_and_architectures_fit_or_not() {
    use Architecture::{Aarch64, Arm64Mac, I386, X86_64, X86_64Mac};
    for (name, architecture, expected) in [
        // in the old documents for 32 bits alone, later for both
        ("m1.small", I386, "fits"),
        ("m1.small", X86_64, "late"),
        ("m1.small", Aarch64, "refused"),
        ("c1.medium", I386, "fits"),
        ("c1.medium", X86_64, "late"),
        // the larger old ones refuse 32 bits
        ("m1.large", I386, "refused"),
        ("m1.xlarge", I386, "refused"),
        ("c1.xlarge", I386, "refused"),
        ("m2.xlarge", I386, "refused"),
        ("m1.large", X86_64, "fits"),
        // both
        ("m1.medium", I386, "fits"),
        ("m1.medium", X86_64, "fits"),
        ("t1.micro", I386, "fits"),
        ("t2.medium", I386, "fits"),
        ("t2.large", I386, "refused"),
        // today's
        ("m7i.large", X86_64, "fits"),
        ("m7i.large", I386, "refused"),
        ("m7i.large", Aarch64, "refused"),
        ("m7i-flex.large", X86_64, "fits"),
        ("m7g.large", Aarch64, "fits"),
        ("m7g.large", X86_64, "refused"),
        ("a1.metal", Aarch64, "fits"),
        ("g5g.xlarge", Aarch64, "fits"),
        ("g5.xlarge", Aarch64, "refused"),
        ("u-6tb1.metal", X86_64, "fits"),
        ("mac1.metal", X86_64Mac, "fits"),
        ("mac1.metal", X86_64, "refused"),
        ("mac2.metal", Arm64Mac, "fits"),
        ("mac2-m2.metal", Aarch64, "refused"),
        // nobody knows them
        ("z99.large", I386, "unjudged"),
        ("m7ix.large", I386, "unjudged"),
        ("large", I386, "unjudged"),
    ] {
        assert_eq!(
            judged(name, architecture),
            expected,
            "{name} {architecture}"
        );
    }
}

#[test]
fn m06_what_is_unknown_is_not_judged() {
    let types = InstanceTypes::default();
    let arm = instance_type("m7g.large");
    let judged = types.judge(&at("aws/us-east-1"), &arm, None);
    assert_eq!(judged, Ok(Fit::Unjudged));
    // A flavour of that name elsewhere is another type.
    let elsewhere = types.judge(&at("openstack/RegionOne"), &arm, Some(Architecture::X86_64));
    assert_eq!(elsewhere, Ok(Fit::Unjudged));
    let bare = atlas_mci::Setting::new(ImageId::parse(Cloud::Vmware, "vm-1").unwrap());
    let judged = types.judge_setting(&at("vmware:vc1/DC1"), &bare, Some(Architecture::I386));
    assert_eq!(judged, Ok(Fit::Unjudged));
}

#[test]
fn m06_a_host_extends_the_table() {
    let takes = |architecture| Takes {
        architectures: [architecture].into(),
        ..Takes::default()
    };
    let types = InstanceTypes::default()
        .with(
            Cloud::OpenStack,
            &instance_type("arm"),
            takes(Architecture::Aarch64),
        )
        .with(
            Cloud::Aws,
            &instance_type("m1.small"),
            takes(Architecture::I386),
        )
        .with(
            Cloud::Aws,
            &instance_type("z99"),
            takes(Architecture::Riscv64),
        );
    let judge = |place: &str, name: &str, architecture| {
        types.judge(&at(place), &instance_type(name), Some(architecture))
    };
    // A type that is 32-bit only needs a 32-bit image.
    assert!(judge("aws/us-east-1", "m1.small", Architecture::X86_64).is_err());
    assert_eq!(
        judge("aws/us-east-1", "m1.small", Architecture::I386),
        Ok(Fit::Fits)
    );
    assert_eq!(
        judge("aws/us-east-1", "z99.large", Architecture::Riscv64),
        Ok(Fit::Fits)
    );
    assert!(judge("openstack/RegionOne", "arm.small", Architecture::X86_64).is_err());
    assert_eq!(
        judge("openstack/RegionOne", "amd.small", Architecture::X86_64),
        Ok(Fit::Unjudged)
    );
    // What the host did not speak of is as before.
    assert_eq!(
        judge("aws/us-east-1", "m1.medium", Architecture::X86_64),
        Ok(Fit::Fits)
    );
}

#[test]
fn m06_says_what_does_not_fit() {
    let misfit = Misfit {
        location: at("aws/us-east-1"),
        instance_type: instance_type("t2.nano"),
        architecture: Architecture::Aarch64,
        takes: [Architecture::X86_64, Architecture::I386].into(),
    };
    let late = LateFit {
        location: at("aws/us-east-1"),
        instance_type: instance_type("m1.small"),
        architecture: Architecture::X86_64,
    };
    insta::assert_snapshot!(format!("{misfit}\n{late}"));
    let found = InstanceTypes::default().judge(
        &misfit.location,
        &misfit.instance_type,
        Some(Architecture::Aarch64),
    );
    assert_eq!(found, Err(misfit));
}

fn known(access: ImageAccess, architecture: Option<Architecture>) -> KnownImage {
    KnownImage {
        access,
        architecture,
        unregistered: false,
    }
}

/// What becomes of a setting in Tokyo with an instance type, by what is known of its image.
fn admitted(name: &str, image: KnownImage) -> Result<Vec<EditWarning>, EditError> {
    let tokyo = at("aws/ap-northeast-1");
    let setting = setting("aws/ap-northeast-1", "ami-0123456789abcdef0");
    let edit = HeadEdit::set(
        tokyo.clone(),
        setting.with_instance_type(instance_type(name)),
    );
    let after = named("web").edited([edit]).unwrap();
    let known = BTreeMap::from([(tokyo, image)]);
    after.admit(&named("web"), &known, &InstanceTypes::default())
}

#[test]
fn m06_an_edit_is_refused_for_a_misfit() {
    let of = |architecture| known(ImageAccess::Unasked, Some(architecture));
    assert_eq!(
        admitted("m7g.large", of(Architecture::Aarch64)),
        Ok(Vec::new())
    );
    let refused = admitted("m7g.large", of(Architecture::X86_64)).unwrap_err();
    assert!(
        matches!(&refused, EditError::Misfit(misfit) if misfit.architecture == Architecture::X86_64)
    );
    assert_eq!(admitted("m7g.large", KnownImage::default()), Ok(Vec::new()));
    let warned = admitted("m1.small", of(Architecture::X86_64)).unwrap();
    assert!(
        matches!(&warned[..], [EditWarning::LateFit(late)] if late.instance_type == instance_type("m1.small"))
    );
}

#[test]
fn m05_an_edit_warns_of_an_image_without_a_record() {
    let unregistered = KnownImage {
        unregistered: true,
        ..KnownImage::default()
    };
    let warned = admitted("m7i.large", unregistered).unwrap();
    insta::assert_snapshot!(warned[0], @"`ami-0123456789abcdef0` at aws/ap-northeast-1 is unregistered, so nothing is known of it: register it");
    // One that nobody looked for is not called so.
    assert_eq!(admitted("m7i.large", KnownImage::default()), Ok(Vec::new()));
}

#[test]
fn m06_an_edit_is_judged_by_what_it_changes() {
    let types = InstanceTypes::default();
    let before = full();
    let names = |after: &Content| -> Vec<String> {
        let judged = after.to_judge(&before).into_iter();
        judged.map(|(location, _)| location.to_string()).collect()
    };
    assert_eq!(names(&before), Vec::<String>::new());
    let tokyo = before.settings()[&at("aws/ap-northeast-1")].clone();
    let edited = |edit| before.edited([edit]).unwrap();
    // Neither user data nor a kernel changes what fits.
    let quiet = edited(HeadEdit::set(
        at("aws/ap-northeast-1"),
        tokyo.clone().with_user_data(None).with_kernel(None),
    ));
    assert_eq!(names(&quiet), Vec::<String>::new());
    let wrong = known(ImageAccess::Absent, Some(Architecture::Aarch64));
    let all = before
        .settings()
        .keys()
        .map(|at| (at.clone(), wrong.clone()))
        .collect();
    assert_eq!(quiet.admit(&before, &all, &types), Ok(Vec::new()));
    let retyped = edited(HeadEdit::set(
        at("aws/ap-northeast-1"),
        tokyo.with_instance_type(instance_type("m7g.large")),
    ));
    assert_eq!(names(&retyped), ["aws/ap-northeast-1"]);
    let imaged = edited(set("gcp", "projects/acme/global/images/web-2"));
    assert_eq!(names(&imaged), ["gcp"]);
    let moved = edited(HeadEdit::Move {
        from: at("gcp"),
        to: at("gcp/us-central1"),
    });
    assert_eq!(names(&moved), ["gcp/us-central1"]);
}

#[test]
fn m19_an_absent_image_is_another_error_than_a_closed_one() {
    let granted = known(ImageAccess::Granted, Some(Architecture::X86_64));
    assert_eq!(admitted("m7i.large", granted), Ok(Vec::new()));
    let absent = admitted("m7i.large", known(ImageAccess::Absent, None)).unwrap_err();
    let closed = admitted("m7i.large", known(ImageAccess::Refused, None)).unwrap_err();
    let (location, image) = (
        at("aws/ap-northeast-1"),
        ImageId::parse(Cloud::Aws, "ami-0123456789abcdef0").unwrap(),
    );
    insta::assert_snapshot!(format!("{absent}\n{closed}"));
    assert_eq!(
        absent,
        EditError::NoImage {
            location: location.clone(),
            image: image.clone()
        }
    );
    assert_eq!(closed, EditError::NoAccess { location, image });
}

#[test]
fn m19_what_an_inventory_says_is_what_is_known() {
    let (location, id) = (
        at("aws/us-east-1"),
        ImageId::parse(Cloud::Aws, "ami-0123456789abcdef0").unwrap(),
    );
    let mut image = CloudImage::new(location, id);
    image.architecture = Some(Architecture::Aarch64);
    let from = |look: Look| KnownImage {
        unregistered: false,
        ..KnownImage::new(&look, None)
    };
    assert_eq!(from(Look::Unasked), KnownImage::default());
    assert_eq!(from(Look::Missing), known(ImageAccess::Absent, None));
    let arm = Some(Architecture::Aarch64);
    let found = from(Some(image.clone()).into());
    assert_eq!(found, known(ImageAccess::Granted, arm));
    image.closed = true;
    assert_eq!(from(Some(image).into()), known(ImageAccess::Refused, arm));
}
