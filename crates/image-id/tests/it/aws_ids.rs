//! The forms of AWS: parts, spellings, limits and refusals by example.

use atlas_image_id::{
    AmiId, AwsAccountId, AwsImageId, AwsImageIdRef, AwsPartition, AwsRegion, Cloud, IdKind,
    ImageArn, ImageArnRef, ImageId, KernelId, RamdiskId, Reason, SsmPointer, SsmPointerRef,
    SsmSelector, Stability,
};

const REGIONS: &[(&str, AwsPartition)] = &[
    ("us-east-1", AwsPartition::Aws),
    ("eu-central-2", AwsPartition::Aws),
    ("ap-southeast-15", AwsPartition::Aws),
    ("sa-east-1", AwsPartition::Aws),
    ("ca-west-1", AwsPartition::Aws),
    ("me-central-1", AwsPartition::Aws),
    ("af-south-1", AwsPartition::Aws),
    ("il-central-1", AwsPartition::Aws),
    ("mx-central-100", AwsPartition::Aws),
    ("cn-northwest-1", AwsPartition::China),
    ("us-gov-west-1", AwsPartition::GovCloud),
    ("us-iso-east-1", AwsPartition::Iso),
    ("us-isob-east-1", AwsPartition::IsoB),
    ("eu-isoe-west-1", AwsPartition::IsoE),
    ("us-isof-south-1", AwsPartition::IsoF),
    ("eusc-de-east-1", AwsPartition::EuSovereign),
];

#[track_caller]
fn refused(text: &str) -> (usize, Option<String>) {
    let error = AwsImageIdRef::parse(text).unwrap_err();
    (error.at(), error.suggestion().map(str::to_owned))
}

#[track_caller]
fn hint(text: &str) -> String {
    let error = AwsImageIdRef::parse(text).unwrap_err();
    error.hint().unwrap_or_default().to_owned()
}

#[test]
fn a_view_has_the_parts_and_the_text_of_its_owned_twin() {
    for (text, kind) in [
        ("ami-03cf127a", IdKind::Ami),
        ("ami-0123456789abcdef0123456789abcdef", IdKind::SymphonyAmi),
        ("aki-88aa75e1", IdKind::Kernel),
        ("ari-0ae8605ed708e3c3e", IdKind::Ramdisk),
        (
            "arn:aws:ec2:us-east-1::image/ami-03cf127a",
            IdKind::ImageArn,
        ),
        ("resolve:ssm:/a/b:3", IdKind::SsmParameter),
        (
            "ssm:arn:aws:ssm:eu-west-1::parameter/a",
            IdKind::SsmParameter,
        ),
    ] {
        let view = AwsImageIdRef::parse(text).unwrap();
        let owned = view.into_owned();
        assert_eq!((view.kind(), owned.kind()), (kind, kind), "{text}");
        assert_eq!(view.stability(), owned.stability(), "{text}");
        assert_eq!(view.region(), owned.region(), "{text}");
        assert_eq!(view.to_string(), owned.as_str(), "{text}");
        assert_eq!(AwsImageId::parse(owned.as_str()), Ok(owned), "{text}");
    }
}

#[test]
fn kernels_and_ramdisks_are_no_amis() {
    assert_eq!(
        KernelId::parse("aki-88aa75e1").unwrap().digits(),
        "88aa75e1"
    );
    assert_eq!(
        RamdiskId::parse("ari-88aa75e1").unwrap().as_str(),
        "ari-88aa75e1"
    );
    assert_eq!(AmiId::parse("aki-88aa75e1").unwrap_err().at(), 1);
    assert_eq!(KernelId::parse("ari-88aa75e1").unwrap_err().at(), 1);
    let long = "aki-0123456789abcdef0123456789abcdef";
    assert_eq!(
        KernelId::parse(long).unwrap_err().reason(),
        Reason::DigitCount(32)
    );
}

#[test]
fn ids_are_ordered_as_their_texts() {
    let texts = [
        "ami-00000000",
        "ami-00000000000000000",
        "ami-00000000000000000000000000000001",
        "ami-0000000a",
        "ami-f0000000",
    ];
    let ids = texts.map(|text| AmiId::parse(text).unwrap());
    assert!(ids.is_sorted(), "{ids:?}");
}

#[test]
fn an_ami_displays_its_arn_in_every_partition() {
    let ami = AmiId::parse("ami-0ae8605ed708e3c3e").unwrap();
    let owner = AwsAccountId::parse("012345678901").unwrap();
    for (region, partition) in REGIONS {
        let region = AwsRegion::parse(region).unwrap();
        for account in [None, Some(owner)] {
            let text = ami.arn(region, account).unwrap().to_string();
            assert!(
                text.starts_with(&format!("arn:{partition}:ec2:{region}:")),
                "{text}"
            );
            let view = ImageArnRef::parse(&text).unwrap();
            assert_eq!((view.region(), view.account()), (region, account), "{text}");
            assert_eq!((view.image(), view.as_str()), (ami, &*text));
            let arn = view.into_owned();
            assert_eq!((arn.region(), arn.account()), (region, account), "{text}");
            assert_eq!((arn.image(), arn.as_str()), (ami, &*text));
        }
    }
    let region = AwsRegion::parse("us-east-1").unwrap();
    let usual = ami.arn(region, None).unwrap().to_string();
    assert_eq!(usual, "arn:aws:ec2:us-east-1::image/ami-0ae8605ed708e3c3e");
    assert_eq!(AmiId::symphony(1).arn(region, None), None);
}

#[test]
fn an_arn_is_of_one_partition() {
    for (region, partition) in REGIONS {
        for other in AwsPartition::all() {
            let text = format!("arn:{other}:ec2:{region}::image/ami-03cf127a");
            assert_eq!(ImageArn::parse(&text).is_ok(), other == partition, "{text}");
        }
    }
}

#[test]
fn e02_symphonys_ids_display_their_uuid() {
    let ami = AmiId::parse("ami-0b7e48ceeb454f3586a87d1e31c47c3e").unwrap();
    let uuid = ami.symphony_uuid().unwrap().to_string();
    assert_eq!(uuid, "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e");
    let bits = u128::from_str_radix(&uuid.replace('-', ""), 16).unwrap();
    assert_eq!(AmiId::symphony(bits), ami);
    assert_eq!(AmiId::from_bits(bits).symphony_uuid(), None);
}

#[test]
fn a_pointer_has_three_spellings() {
    for body in [
        "/aws/service/x",
        "golden:prod",
        "/a/b:9223372036854775807",
        "arn:aws:ssm:eu-west-1:123456789012:parameter/a/b:3",
    ] {
        let plain = format!("resolve:ssm:{body}");
        let pointer = SsmPointer::parse(&plain).unwrap();
        assert_eq!(pointer.as_str(), plain);
        let template = pointer.in_template().to_string();
        let kops = pointer.in_kops().to_string();
        assert_eq!(template, format!("{{{{resolve:ssm:{body}}}}}"));
        assert_eq!(kops, format!("ssm:{body}"));
        for spelling in [&template, &kops] {
            assert_eq!(
                SsmPointer::parse(spelling),
                Ok(pointer.clone()),
                "{spelling}"
            );
            let view = SsmPointerRef::parse(spelling).unwrap();
            assert_eq!(
                (view.name(), view.selector()),
                (pointer.name(), pointer.selector())
            );
            assert_eq!(
                (view.region(), view.account()),
                (pointer.region(), pointer.account())
            );
            assert_eq!(view.to_string(), plain);
        }
        let plain_of = |text| {
            SsmPointerRef::parse(text)
                .unwrap()
                .plain()
                .map(str::to_owned)
        };
        assert_eq!(plain_of(&*template), Some(plain.clone()));
        assert_eq!(plain_of(&*kops), None);
    }
}

#[test]
fn a_pointer_has_its_parts() {
    let text = "{{resolve:ssm:arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a/b:2}}";
    let pointer = SsmPointer::parse(text).unwrap();
    assert_eq!(
        pointer.name(),
        "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a/b"
    );
    assert_eq!(pointer.selector(), Some(SsmSelector::Version("2")));
    assert_eq!(pointer.account().unwrap().as_str(), "123456789012");
    let region = pointer.region().unwrap();
    assert_eq!(
        (region.as_str(), region.partition()),
        ("cn-north-1", AwsPartition::China)
    );

    let public = SsmPointer::parse("ssm:arn:aws:ssm:us-east-1::parameter/x").unwrap();
    assert_eq!((public.account(), public.selector()), (None, None));
    let named = SsmPointer::parse("resolve:ssm:/a:v1").unwrap();
    assert_eq!((named.region(), named.name()), (None, "/a"));
    assert_eq!(named.selector(), Some(SsmSelector::Label("v1")));
    assert_eq!(AwsImageId::Ssm(named).stability(), Stability::Moving);
}

#[test]
fn what_begins_with_arn_is_an_arn() {
    assert!(SsmPointer::parse("resolve:ssm:arn").is_ok());
    assert!(SsmPointer::parse("resolve:ssm:arn:prod").is_err());
    assert!(SsmPointer::parse("resolve:ssm:/arn:prod").is_ok());
}

#[test]
fn names_labels_and_versions_have_limits() {
    let read = |body: &str| AwsImageIdRef::parse(&format!("resolve:ssm:{body}")).is_ok();
    assert!(read(&"x".repeat(1011)) && !read(&"x".repeat(1012)));
    assert!(read(&"/x".repeat(15)) && !read(&"/x".repeat(16)));
    let arn = "arn:aws:ssm:us-east-1::parameter";
    assert!(read(&format!("{arn}{}", "/x".repeat(15))));
    assert!(!read(&format!("{arn}{}", "/x".repeat(16))));
    let labelled = |label: &str| read(&format!("/a:{label}"));
    assert!(labelled(&"l".repeat(100)) && !labelled(&"l".repeat(101)));
    assert!(labelled("_") && labelled("-") && labelled("aw") && labelled("prod.2-x"));
    for label in [
        "aws", "AwsX", "ssm", "SSM-x", "1st", "", "a b", "a/b", "a:b",
    ] {
        assert!(!labelled(label), "{label}");
    }
    assert!(labelled("1") && labelled("9223372036854775807"));
    for version in [
        "0",
        "01",
        "9223372036854775808",
        "10000000000000000000",
        "-1x:",
    ] {
        assert!(!labelled(version), "{version}");
    }
}

#[test]
fn accounts_have_12_digits() {
    let account = AwsAccountId::parse("012345678901").unwrap();
    assert_eq!(
        (account.as_str(), account.to_string()),
        ("012345678901", "012345678901".into())
    );
    assert_eq!("012345678901".parse(), Ok(account));
    for (text, at) in [
        ("", 0),
        ("12345678901", 11),
        ("1234567890123", 13),
        ("amazon", 0),
    ] {
        assert_eq!(AwsAccountId::parse(text).unwrap_err().at(), at, "{text}");
    }
    let dashes = AwsAccountId::parse("0123-4567-8901").unwrap_err();
    assert_eq!(dashes.at(), 4);
    assert_eq!(dashes.hint(), Some("leave the dashes out: `012345678901`"));
    assert_eq!(
        AwsAccountId::parse("12345").unwrap_err().to_string(),
        "`12345` is no AWS account: it has 5 digits, ending at byte 5, expected an account of 12 digits"
    );
}

#[test]
fn every_start_of_a_region_could_go_on() {
    for (region, partition) in REGIONS {
        assert_eq!(AwsRegion::parse(region).unwrap().partition(), *partition);
        for end in 1..region.len() {
            let start = &region[..end];
            // `mx-central-10` is a region, too.
            if let Err(error) = AwsRegion::parse(start) {
                assert_eq!(error.at(), end, "{error}");
            }
        }
    }
}

#[test]
fn a_region_is_refused_at_its_first_wrong_byte() {
    for (text, at) in [
        ("xx-east-1", 0),
        ("us_east_1", 2),
        ("us-east-01", 8),
        ("us-east-1a", 9),
        ("us-east-1-bos-1a", 9),
        ("us-east-1234", 11),
        ("us-EAST-1", 3),
        ("us-east1", 7),
        ("cn-1", 3),
        ("eusc-fr-east-1", 5),
        ("us-gov-1", 0),
        ("us-east-1\n", 9),
    ] {
        assert_eq!(AwsRegion::parse(text).unwrap_err().at(), at, "{text}");
    }
    let long = format!("us-{}-1", "e".repeat(31));
    assert!(AwsRegion::parse(&long).is_ok());
    assert!(AwsRegion::parse(&long.replace("us-", "us-e")).is_err());
    let zone = AwsRegion::parse("eu-west-1b").unwrap_err();
    assert_eq!(
        zone.hint(),
        Some("this is a zone, write its region `eu-west-1`")
    );
}

#[test]
fn nobody_can_know_a_missing_digit() {
    for (digits, words) in [
        ("0ae8605ed708e3c3", "one digit is missing"),
        ("0ae8605ed708e3c3e1", "one digit is too many"),
        ("03cf127", "one digit is missing"),
        ("03cf127a1", "one digit is too many"),
    ] {
        for text in [
            format!("ami-{digits}"),
            format!("arn:aws:ec2:us-east-1::image/ami-{digits}"),
        ] {
            assert_eq!(refused(&text), (text.len(), None));
            assert_eq!(hint(&text), words, "{text}");
        }
    }
}

#[test]
fn nothing_is_guessed_from_two_ids_or_from_parts_of_words() {
    for text in [
        "ami-0ae8605ed708e3c3e (64-bit (x86)) / ami-0ae8605ed708e3c3f (64-bit (Arm))",
        "ami-0ae8605ed708e3c3e,ami-03cf127a",
        "miami-03cf127a",
        "ami-03cf127a-copy",
        "ami-xxxxxxxx",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
        "03cf127a",
        "i-0ae8605ed708e3c3e",
        "/subscriptions/x",
        "resolve:ssm-secure:/a",
        "resolve:secretsmanager:a",
        "https://example.com/?sig=ami-0ae8605ed708e3c3e",
        "https://example.com/ami-0ae8605ed708e3c3e",
    ] {
        assert_eq!(refused(text).1, None, "{text}");
    }
}

#[test]
fn what_a_text_was_meant_for_is_said() {
    for (text, words) in [
        (
            "ami-0AE8605ED708E3C3E",
            "write hex digits in lower case: `ami-0ae8605ed708e3c3e`",
        ),
        ("ami-xxxxxxxx", "fill in the placeholder"),
        (
            "snap-03cf127a",
            "this is a snapshot: register an image from it first",
        ),
        ("i-03cf127a", "this is an instance, no image"),
        (
            "099720109477/ubuntu/x",
            "an owner and a name are a search: take the AMI that it finds",
        ),
        (
            "{{resolve:ssm-secure:/a}}",
            "a secure string holds no image id",
        ),
        ("resolve:ec2:/a", "only SSM parameters hold image ids"),
        (
            "arn:aws:imagebuilder:us-east-1:123456789012:image/x/1.0.0/1",
            "take the AMI that Image Builder has made",
        ),
    ] {
        assert_eq!(hint(text), words, "{text}");
    }
}

#[test]
fn an_id_its_arn_and_its_pointers_are_different() {
    let id = |text| ImageId::parse(Cloud::Aws, text).unwrap();
    assert_ne!(
        id("ami-03cf127a"),
        id("arn:aws:ec2:us-east-1::image/ami-03cf127a")
    );
    assert_ne!(id("resolve:ssm:a"), id("resolve:ssm:/a"));
    assert_ne!(id("resolve:ssm:/a"), id("resolve:ssm:/A"));
    assert_ne!(id("resolve:ssm:/a"), id("resolve:ssm:/a:1"));
    assert_eq!(id("ssm:/a:1"), id("{{resolve:ssm:/a:1}}"));
}
