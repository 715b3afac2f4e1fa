use crate::{
    at,
    launch::{OTHER_AMI, Stage, TOKYO},
    lock_update::registered,
    template_content::DATABASE,
};
use atlas_image_id::{Cloud, ImageId};
use atlas_template::{AnyLock, Launch, LockError, TemplateLock, TemplateLockError};

/// Launches by default in Tokyo and in Azure, and from the database in Virginia.
fn launches() -> Vec<Launch> {
    let mut stage = Stage::new([]);
    let mut launches = vec![
        stage.launch(TOKYO).unwrap(),
        stage.launch("azure/westeurope").unwrap(),
    ];
    stage.choice = Some(DATABASE);
    launches.push(stage.launch("aws/us-east-1").unwrap());
    launches
}

#[test]
fn r09_a_template_is_locked_with_every_image_that_was_chosen() {
    let launches = launches();
    let lock = TemplateLock::new(&launches).unwrap();
    assert_eq!(lock.locks().len(), 2);
    for launch in &launches {
        let plan = lock.resolve(&launch.plan.location).unwrap();
        assert_eq!(plan.image, launch.plan.image);
    }
    assert_eq!(lock.resolve(&at("azure")), None);
    let text = lock.to_text().unwrap();
    insta::assert_snapshot!(text);
    assert_eq!(TemplateLock::parse(&text), Ok(lock));
}

#[test]
fn r09_a_lock_tells_its_kind_when_it_is_read() {
    let template = TemplateLock::new(&launches()).unwrap();
    let mci = template.locks().values().next().unwrap().clone();
    for lock in [AnyLock::from(template.clone()), AnyLock::from(mci)] {
        let text = lock.to_text().unwrap();
        assert_eq!(AnyLock::parse(&text).unwrap(), lock);
        for location in lock.locations() {
            assert!(lock.resolve(location).is_some());
        }
    }
    assert!(AnyLock::parse("{}").is_err());
    // A registered one holds the template beside what it chose.
    let held = registered(&template.clone().into(), None);
    let lineage = held.template().unwrap().lineage;
    assert_eq!(lineage, template.template().lineage);
    assert_eq!(held.revisions().count(), 3);
    insta::assert_snapshot!(serde_json::to_string_pretty(&held).unwrap());
}

#[test]
fn r09_a_lock_of_a_template_is_checked_when_it_is_read() {
    let text = TemplateLock::new(&launches()).unwrap().to_text().unwrap();
    for (from, to) in [
        (OTHER_AMI, "ami-00000000000000001"),
        (crate::AMI, "ami-00000000000000001"),
        ("\"front\"", "\"back\""),
        ("azure/westeurope", "azure/northeurope"),
    ] {
        if text.contains(from) {
            let error = TemplateLock::parse(&text.replace(from, to)).unwrap_err();
            assert_eq!(error, TemplateLockError::Lock(LockError::Damaged), "{from}");
        }
    }
    let later = text.replacen("\"version\": 1", "\"version\": 2", 1);
    let error = TemplateLock::parse(&later).unwrap_err();
    assert!(matches!(
        error,
        TemplateLockError::Lock(LockError::Version { .. })
    ));
    assert!(TemplateLock::parse("{}").is_err());
}

#[test]
fn r09_what_moves_cannot_be_locked() {
    let head = Stage::at([], true).launch(TOKYO).unwrap();
    let mut mixed = launches();
    mixed.push(
        Stage::new([crate::launch::with_scripts()])
            .launch("azure")
            .unwrap(),
    );
    let mut overridden = Stage::new([]);
    overridden.overrides.image = ImageId::parse(Cloud::Aws, OTHER_AMI).ok();
    let overridden = overridden.launch(TOKYO).unwrap();
    let mut linked_head = launches();
    linked_head[0].plan.revision = None;
    let mut none = launches();
    none[0].template = None;
    let mut twice = launches();
    twice[2].plan.location = twice[0].plan.location.clone();
    let errors = [
        TemplateLock::new(&[]),
        TemplateLock::new(&none),
        TemplateLock::new(&[head]),
        TemplateLock::new(&mixed),
        TemplateLock::new(&[overridden]),
        TemplateLock::new(&linked_head),
        TemplateLock::new(&twice),
    ];
    let errors: Vec<_> = errors.map(|it| it.unwrap_err().to_string()).into();
    insta::assert_snapshot!(errors.join("\n"));
}
