//! Somebody asks for a disk image.

use super::{failure::Trouble, refusal::Refusal};
use axum::http::StatusCode;
use cloud_atlas::{
    Error, Session,
    image::{DiskImage, DiskImageState},
    image_id::AmiId,
    scope::{Permission, Scope},
};

/// Somebody asks for a disk image, or for one of its devices.
pub(super) struct Ask {
    session: Session,
    trouble: Trouble,
}

impl Ask {
    pub(super) fn new(session: Session, trouble: Trouble) -> Self {
        Self { session, trouble }
    }

    pub(super) fn session(&self) -> Session {
        self.session.clone()
    }

    pub(super) fn scope(&self) -> &Scope {
        &self.trouble.caller.scope
    }

    pub(super) fn image(&self) -> AmiId {
        self.trouble.image
    }

    pub(super) fn device(&self) -> Option<u32> {
        self.trouble.device
    }

    pub(super) fn into_trouble(self) -> Trouble {
        self.trouble
    }

    /// The image, as it may be seen.
    pub(super) async fn visible(&self) -> Result<DiskImage, Refusal> {
        let image = self.session.disk_image(self.image(), self.scope()).await;
        image.map_err(|error| self.refused(None, &error))
    }

    /// The image, if its bytes may be had: what [`Session::open_disk_image`] asks for. Nothing that is
    /// open already is given to anybody without it.
    pub(super) async fn readable(&self) -> Result<DiskImage, Refusal> {
        let refused = |error: Error| self.refused(None, &error);
        let may = self.session.can(Permission::ImageCopy, self.scope()).await;
        let may = may.map_err(refused)?.decision.into_result();
        may.map_err(|denied| refused(denied.into()))?;
        let image = self.visible().await?;
        if !matches!(image.state, DiskImageState::Ready { .. }) {
            let state = image.state.as_str();
            let message = format!("the disk image is {state}, and not ready");
            return Err(Refusal::new(StatusCode::CONFLICT, "not-ready", message));
        }
        Ok(image)
    }

    /// What a client is told that cannot have its bytes: if they have gone meanwhile, that.
    pub(super) async fn failed(&self, at: Option<u64>, error: &Error) -> Refusal {
        if Refusal::of(error).status.is_server_error()
            && let Err(gone) = self.readable().await
        {
            return gone;
        }
        self.refused(at, error)
    }

    /// What a client is told. What is wrong on our side is told to the host, too.
    fn refused(&self, at: Option<u64>, error: &Error) -> Refusal {
        let refusal = Refusal::of(error);
        if refusal.status.is_server_error() {
            self.trouble.tell(at, error);
        }
        refusal
    }

    pub(super) fn no_device(&self) -> Refusal {
        let (id, number) = (self.image(), self.device().unwrap_or_default());
        Refusal::not_found(format!("the disk image `{id}` has no device {number}"))
    }
}
