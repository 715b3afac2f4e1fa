//! What may be done with volumes and snapshots: decisions over what a host says of them.

use super::{Snapshot, Volume, VolumeRefusal};

impl Volume {
    /// Whether an image may be made of it directly. Symphony: only if no running server has it; else by
    /// way of a snapshot.
    ///
    /// # Errors
    ///
    /// [`VolumeRefusal::Running`]: a running server has it.
    pub fn check_image(&self) -> Result<(), VolumeRefusal> {
        match &self.attached {
            Some(attached) if attached.is_running => Err(VolumeRefusal::Running {
                volume: self.id.clone(),
                server: attached.server.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// The name of an image of it: the one that is given, else its own (Symphony).
    ///
    /// # Errors
    ///
    /// No image may be [made of it](Self::check_image).
    pub fn image_name(&self, given: Option<&str>) -> Result<String, VolumeRefusal> {
        self.check_image()?;
        Ok(chosen(given).unwrap_or(&self.name).to_owned())
    }
}

impl Snapshot {
    /// The name of an image of it, which must be given (Symphony): a volume has many snapshots. That an
    /// image may be made of it there is no doubt.
    ///
    /// # Errors
    ///
    /// [`VolumeRefusal::Unnamed`]: none is given, or an empty one.
    pub fn image_name(&self, given: Option<&str>) -> Result<String, VolumeRefusal> {
        match chosen(given) {
            Some(name) => Ok(name.to_owned()),
            None => Err(VolumeRefusal::Unnamed {
                snapshot: self.id.clone(),
            }),
        }
    }

    /// Whether it may be deleted: only if nobody uses it (Symphony).
    ///
    /// # Errors
    ///
    /// [`VolumeRefusal::Used`]: somebody uses it.
    pub fn check_delete(&self) -> Result<(), VolumeRefusal> {
        if self.used_by.is_empty() {
            return Ok(());
        }
        Err(VolumeRefusal::Used {
            snapshot: self.id.clone(),
            users: self.used_by.clone(),
        })
    }
}

fn chosen(given: Option<&str>) -> Option<&str> {
    given.filter(|name| !name.trim().is_empty())
}
