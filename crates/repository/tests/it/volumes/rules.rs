//! What may be done, whoever has the volumes.

use super::{server, snapshot, volume};
use atlas_base::Timestamp;
use atlas_repository::{
    OpenVolume, Snapshot, SnapshotId, Volume, VolumeError, VolumeFormat, VolumeHost, VolumeId,
    VolumeRefusal, VolumeSource, Watch,
};
use std::sync::{Arc, Mutex};

/// A host whose volumes are values, and who writes down what is opened.
#[derive(Default)]
struct Values {
    volumes: Vec<Volume>,
    snapshots: Vec<Snapshot>,
    opened: Mutex<Vec<String>>,
}

impl VolumeHost for Values {
    fn volumes(&self) -> Result<Vec<Volume>, VolumeError> {
        Ok(self.volumes.clone())
    }

    fn snapshots(&self) -> Result<Vec<Snapshot>, VolumeError> {
        Ok(self.snapshots.clone())
    }

    fn open_volume(&self, id: &VolumeId, user: &str) -> Result<OpenVolume, VolumeError> {
        self.opened.lock().unwrap().push(format!("{id} for {user}"));
        Ok(OpenVolume::new(VolumeFormat::Raw, Arc::new(vec![7])))
    }

    fn open_snapshot(&self, id: &SnapshotId, user: &str) -> Result<OpenVolume, VolumeError> {
        self.opened.lock().unwrap().push(format!("{id} for {user}"));
        Ok(OpenVolume::new(VolumeFormat::Qcow2, Arc::new(vec![7])))
    }

    fn make_snapshot(
        &self,
        volume: &VolumeId,
        id: &SnapshotId,
        made: Timestamp,
        _: Watch<'_>,
    ) -> Result<Snapshot, VolumeError> {
        Ok(Snapshot::new(id.clone(), volume.clone(), 1, made))
    }

    fn delete_snapshot(&self, id: &SnapshotId) -> Result<(), VolumeError> {
        Ok(self.snapshot(id)?.check_delete()?)
    }
}

fn host() -> Values {
    let mut free = Volume::new(volume("free"), "Free of all", 1);
    free.attached = Some(server("web-1", false));
    let mut used = Volume::new(volume("used"), "Database", 1);
    used.attached = Some(server("web-1", true));
    let spare = Volume::new(volume("spare"), "Spare", 1);
    let kept = Snapshot::new(snapshot("kept"), volume("used"), 1, Timestamp::EPOCH);
    Values {
        volumes: vec![free, used, spare],
        snapshots: vec![kept],
        ..Values::default()
    }
}

#[test]
fn b06_a_volume_is_imaged_directly_unless_a_running_server_has_it() {
    let host = host();
    for id in ["free", "spare"] {
        let source = VolumeSource::Volume(volume(id));
        source.open(&host, None).unwrap();
    }
    let refused = VolumeSource::Volume(volume("used")).open(&host, Some("base"));
    let running = VolumeRefusal::Running {
        volume: volume("used"),
        server: "web-1".to_owned(),
    };
    assert!(matches!(refused.unwrap_err(), VolumeError::Refused(it) if it == running));
    // The way that the refusal names.
    let source = VolumeSource::Snapshot(snapshot("kept"));
    let (_, disk) = source.open(&host, Some("base")).unwrap();
    assert_eq!(disk.format, VolumeFormat::Qcow2);
    assert_eq!(
        *host.opened.lock().unwrap(),
        [
            "free for the image `Free of all`",
            "spare for the image `Spare`",
            "kept for the image `base`"
        ]
    );
}

#[test]
fn b09_an_image_has_the_name_of_its_volume_unless_another_is_given() {
    let host = host();
    let source = VolumeSource::Volume(volume("free"));
    for (given, name) in [
        (None, "Free of all"),
        (Some(" "), "Free of all"),
        (Some("base"), "base"),
    ] {
        assert_eq!(source.open(&host, given).unwrap().0, name);
    }
}

#[test]
fn b09_an_image_of_a_snapshot_must_be_given_a_name() {
    let host = host();
    let source = VolumeSource::Snapshot(snapshot("kept"));
    for given in [None, Some(""), Some("  ")] {
        let refused = source.open(&host, given).unwrap_err();
        let unnamed = VolumeRefusal::Unnamed {
            snapshot: snapshot("kept"),
        };
        assert!(matches!(refused, VolumeError::Refused(it) if it == unnamed));
    }
    assert!(host.opened.lock().unwrap().is_empty());
    assert_eq!(source.open(&host, Some("base")).unwrap().0, "base");
}

#[test]
fn b09_a_snapshot_in_use_is_not_deleted() {
    let mut host = host();
    host.delete_snapshot(&snapshot("kept")).unwrap();
    host.snapshots[0]
        .used_by
        .push("the image `base`".to_owned());
    let refused = host.delete_snapshot(&snapshot("kept")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the snapshot `kept` is in use by the image `base`; wait for that, or stop it"
    );
}

#[test]
fn b09_what_is_not_there_is_not_found() {
    let host = host();
    let source = VolumeSource::Volume(volume("gone"));
    let error = source.open(&host, None).unwrap_err();
    assert!(matches!(error, VolumeError::NoVolume(id) if id == volume("gone")));
    let source = VolumeSource::Snapshot(snapshot("gone"));
    let error = source.open(&host, Some("base")).unwrap_err();
    assert!(matches!(error, VolumeError::NoSnapshot(id) if id == snapshot("gone")));
}
