//! How records come to be, and from which images.

use crate::support::{World, ami, image, import, most, p, run, small};
use cloud_atlas::{
    BundleImage, ImageQuery, RegisterImage, ReportWork, TakeWork,
    base::Digest,
    image::{
        Cleaned, CloudServer, ConvertedFrom, CopyImage, Ec2Facts, ImageRecord, ImageRecordId,
        Origin, ServerState, Via, WorkReport,
    },
    image_id::{Cloud, ImageId},
    scope::Scope,
};
use core::time::Duration;

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

#[test]
fn i09_each_way_a_record_comes_to_be_is_kept_with_it() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let acme = p::<Scope>("/acme");
        let mut made = Vec::<(ImageRecordId, Origin)>::new();
        // By hand.
        let by_hand = admin.register_image(image("/acme", EAST, 1)).await;
        let base = by_hand.unwrap().record.id();
        made.push((base, Origin::Registered));
        // Copied from another location.
        let copied = admin.copy_image(base, &acme, CopyImage::new(p(WEST)), ami(2));
        let copied = copied.await.unwrap().record;
        made.push((copied.id(), Origin::Copied { from: base }));
        assert_eq!(copied.source_image(), Some((p(EAST), ami(1))));
        // Bundled from a server.
        let mut asked = BundleImage::new(acme.clone(), p(EAST), p("i-1"));
        asked.template = Some(p("web@4"));
        asked.mci = Some(p("ubuntu@2"));
        let mut server = CloudServer::new(p(EAST), p("i-1"), ServerState::Operational);
        server.image_id = Some(ami(1));
        let order = admin.bundle(asked, Some(server)).await.unwrap().order.id;
        let taking = TakeWork::new(acme.clone(), Duration::from_hours(1));
        let attempt = admin.take_work(&taking).await.unwrap().unwrap().attempt;
        let report = ReportWork {
            attempt,
            report: WorkReport::Done {
                image_id: Some(ami(3)),
            },
        };
        let reported = admin.report_work(order, &acme, report).await.unwrap();
        let bundled = Origin::Bundled {
            server: p("i-1"),
            base: Some(base),
            template: Some(p("web@4")),
            mci: Some(p("ubuntu@2")),
            cleaned: Cleaned::NotStated,
        };
        made.push((reported.registered.unwrap().record.id(), bundled));
        // Converted by the repository, from each of its sources.
        let sources = [
            ConvertedFrom::File {
                name: p("web.qcow2"),
            },
            ConvertedFrom::url("https://images.example/web.ova?token=s3cret"),
            ConvertedFrom::Volume { id: p("vol-1") },
            ConvertedFrom::Snapshot { id: p("snap-1") },
        ];
        for (number, from) in (0_u64..).zip(sources) {
            let id = ImageId::parse(Cloud::Local, &format!("ami-{number:017x}")).unwrap();
            let content = Digest::of("test", &[u8::try_from(number).unwrap()]);
            let origin = Origin::Converted { from, content };
            let mut asked = RegisterImage::new(acme.clone(), p("local/main"), id, Via::Repository);
            asked.origin = origin.clone();
            let converted = admin.register_image(asked).await.unwrap().record;
            made.push((converted.id(), origin));
        }
        // Imported with public metadata.
        let images = [("x86_64", EAST, 9)];
        let release = small("stable", "44.1", "2026-01-01T00:00:00Z", &images);
        import(&admin, &[release], true).await.unwrap();
        let every = ImageQuery::new(acme.clone());
        let all = admin.images(&every, &most()).await.unwrap().items;
        let imported: Vec<_> = all.iter().filter(|one| *one.image_id() == ami(9)).collect();
        let origin = Origin::Imported {
            stream: p("stable"),
            release: p("44.1"),
        };
        made.push((imported[0].id(), origin));

        assert_eq!(made.len(), all.len());
        for (id, origin) in made {
            assert_eq!(admin.image(id, &acme).await.unwrap().origin(), &origin);
        }
    });
}

/// What EC2 says of an image that was made of another one.
fn made_of(number: u64, region: &str) -> Box<Ec2Facts> {
    let mut facts = Ec2Facts::default();
    facts.source_image = Some(p(ami(number).as_str()));
    facts.source_region = Some(p(region));
    Box::new(facts)
}

#[test]
fn i09_source_images_of_aws_are_followed_as_far_as_they_are_seen() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        let (acme, prod) = (p::<Scope>("/acme"), p::<Scope>("/acme/prod"));
        // 3 was made of 2 and that of 1, says the cloud; nobody copied anything here.
        let mut ids = Vec::new();
        for (at, number, of) in [
            (EAST, 1, None),
            (EAST, 2, Some((1, "us-east-1"))),
            (WEST, 3, Some((2, "us-east-1"))),
        ] {
            let mut asked = image("/acme", at, number);
            if let Some((number, region)) = of {
                asked.ec2 = made_of(number, region);
            }
            // The first is not shown below.
            asked.shared = Some(number != 1);
            ids.push(admin.register_image(asked).await.unwrap().record.id());
        }
        let found = async |id: ImageRecordId, from: &Scope| {
            let found = dana.ancestors(id, from).await.unwrap();
            found.iter().map(ImageRecord::id).collect::<Vec<_>>()
        };
        assert_eq!(found(ids[2], &acme).await, [ids[1], ids[0]]);
        assert_eq!(found(ids[2], &prod).await, [ids[1]]);
        // The nearest record of an image is the one that counts.
        let nearer = admin.register_image(image("/acme/prod", EAST, 1)).await;
        assert!(nearer.is_err(), "the account has it");
        let lower = admin.register_image(image("/acme/prod", EAST, 4)).await;
        let lower = lower.unwrap().record.id();
        let upper = admin.register_image(image("/acme", EAST, 4)).await;
        let upper = upper.unwrap().record.id();
        let mut asked = image("/acme", EAST, 5);
        asked.ec2 = made_of(4, "us-east-1");
        let child = admin.register_image(asked).await.unwrap().record.id();
        assert_eq!(found(child, &prod).await, [lower]);
        assert_eq!(found(child, &acme).await, [upper]);
        // A record that was copied here goes by the record it was copied from, and by its image once
        // that record is gone.
        let to = CopyImage::new(p(WEST));
        let copied = admin.copy_image(upper, &acme, to, ami(6)).await.unwrap();
        let copied = copied.record.id();
        assert_eq!(found(copied, &prod).await, [upper]);
        // Of another account's image nothing is told.
        let mut asked = image("/beta", EAST, 7);
        asked.ec2 = made_of(4, "us-east-1");
        let other = admin.register_image(asked).await.unwrap().record.id();
        let beta = p::<Scope>("/beta");
        assert_eq!(admin.ancestors(other, &beta).await.unwrap(), []);
        // Facts that name the image itself, or no image, lead nowhere.
        for source in [ami(8).as_str(), "nonsense"] {
            let mut facts = Ec2Facts::default();
            facts.source_image = Some(p(source));
            let mut asked = image("/acme/dev", EAST, 8);
            asked.ec2 = Box::new(facts);
            let record = admin.register_image(asked).await;
            let Ok(record) = record else { continue };
            let dev = p("/acme/dev");
            let none = admin.ancestors(record.record.id(), &dev).await.unwrap();
            assert_eq!(none, [], "{source}");
        }
    });
}
