//! Who asks for what, and whether it is there.

use super::{
    failure::{Told, Trouble},
    opened::Opened,
    plan::{Plan, disposition, text},
    refusal::{Refusal, json},
    sending::Reader,
};
use crate::{
    Activity, Authenticate, Caller, Limits, NotAuthenticated,
    activity::Work,
    conditions::{Judged, is_range_wanted, judge},
    ranges::{Asked, asked},
};
use axum::{
    body::Body,
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use cloud_atlas::{
    Atlas, DiskRefusal, Error, Session,
    image::{DiskImage, DiskImageState, KeptDevice},
    image_id::AmiId,
    repository::StoredImage,
    scope::Permission,
};
use std::{io, sync::Arc};
use tokio::task;

/// Disk images over HTTP.
#[derive(Debug)]
pub(super) struct Service<A> {
    atlas: Atlas,
    authenticate: A,
    limits: Limits,
    pub(super) told: Told,
    pub(super) activity: Activity,
    opened: Opened,
}

/// A device that somebody asks for.
#[derive(Clone)]
struct Ask {
    session: Session,
    caller: Caller,
    id: AmiId,
    number: u32,
}

impl<A: Authenticate> Service<A> {
    pub(super) fn new(atlas: Atlas, authenticate: A, limits: Limits) -> Self {
        Self {
            atlas,
            authenticate,
            told: Told::default(),
            activity: Activity::new(limits.at_once),
            opened: Opened::new(limits.kept_open),
            limits,
        }
    }

    /// What there is to say of a disk image.
    pub(super) async fn image(&self, id: Option<&str>, head: &Parts) -> Result<Response, Refusal> {
        let caller = self.caller(head).await?;
        let id = id.and_then(|id| AmiId::parse(id).ok());
        let id = id.ok_or_else(|| Refusal::not_found("this is no id of a disk image"))?;
        let session = self.atlas.act_as(&caller.principal);
        let image = session.disk_image(id, &caller.scope).await;
        let image = image.map_err(|error| Refusal::of(&error))?;
        Ok(json(StatusCode::OK, &image))
    }

    /// The bytes of a device, or some of them.
    pub(super) async fn device(
        &self,
        path: Option<(&str, &str)>,
        head: &Parts,
    ) -> Result<Response, Refusal> {
        let caller = self.caller(head).await?;
        let (id, number) = path
            .and_then(|(id, number)| Some((AmiId::parse(id).ok()?, plain(number)?)))
            .ok_or_else(|| Refusal::not_found("this is no device of a disk image"))?;
        let work = self.activity.begin().ok_or_else(Refusal::busy)?;
        let ask = Ask {
            session: self.atlas.act_as(&caller.principal),
            caller,
            id,
            number,
        };
        let image = ask.readable().await?;
        let place = usize::try_from(number).ok();
        let device = place
            .and_then(|place| image.devices.get(place))
            .ok_or_else(|| ask.no_device())?;
        let (stored, work) = match self.opened.find(device) {
            Some(stored) => (stored, work),
            None => self.open(&ask, work).await?,
        };
        self.answer(head, ask, &image, device, stored, work).await
    }

    async fn caller(&self, head: &Parts) -> Result<Caller, Refusal> {
        let found = self.authenticate.authenticate(head).await;
        found.map_err(|why| match why {
            NotAuthenticated::Unavailable => Refusal::unavailable("unavailable", &why.to_string()),
            NotAuthenticated::Unknown => {
                let status = StatusCode::UNAUTHORIZED;
                Refusal::new(status, "unauthenticated", why.to_string())
                    .with(header::WWW_AUTHENTICATE, self.authenticate.challenge())
            }
        })
    }

    /// Opens a device, which asks the store for everything again. The slot goes with the work: it
    /// stays taken if the client goes away meanwhile.
    async fn open(&self, ask: &Ask, work: Work) -> Result<(Arc<StoredImage>, Work), Refusal> {
        let (session, scope, id) = (ask.session.clone(), ask.caller.scope.clone(), ask.id);
        let opening = task::spawn(async move {
            let opened = session.open_disk_image(id, &scope).await;
            (opened, work)
        });
        let (opened, work) = match opening.await {
            Ok((Ok(opened), work)) => (opened, work),
            Ok((Err(error), _)) => return Err(self.failed(ask, None, &error).await),
            Err(gone) => {
                let error = DiskRefusal::Thread(io::Error::other(gone)).into();
                return Err(self.failed(ask, None, &error).await);
            }
        };
        let mut devices = (0..).zip(opened.devices);
        let device = devices.find(|(number, _)| *number == ask.number);
        let (_, device) = device.ok_or_else(|| ask.no_device())?;
        let stored = Arc::new(device.stored);
        self.opened.keep(&stored);
        Ok((stored, work))
    }

    async fn answer(
        &self,
        head: &Parts,
        ask: Ask,
        image: &DiskImage,
        device: &KeptDevice,
        stored: Arc<StoredImage>,
        work: Work,
    ) -> Result<Response, Refusal> {
        let (size, content) = (stored.size(), stored.digest());
        let tag = format!(r#""{content}""#);
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        headers.insert(header::ETAG, text(&tag));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        match judge(&head.headers, &tag) {
            Judged::Met => {}
            Judged::NotModified => {
                // Unless it is said, axum says 0 where HEAD asks.
                headers.insert(header::CONTENT_LENGTH, size.into());
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                return Ok(response);
            }
            Judged::Failed => {
                let message = "the bytes are others than those that are asked for";
                let status = StatusCode::PRECONDITION_FAILED;
                return Err(Refusal::new(status, "changed", message).with(header::ETAG, text(&tag)));
            }
        }
        // Ranges are for GET alone.
        let is_head = head.method == Method::HEAD;
        let wanted = if is_head || !is_range_wanted(&head.headers, &tag) {
            Asked::Whole
        } else {
            asked(&head.headers, size, self.limits.ranges)
        };
        let plan = Plan::new(wanted, size, content).ok_or_else(|| {
            let message = format!(
                "there are {size} bytes, and at most {} ranges of them at once",
                self.limits.ranges
            );
            Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, "range", message)
                .with(header::CONTENT_RANGE, text(&format!("bytes */{size}")))
        })?;
        let length = plan.length();
        headers.extend(plan.headers);
        headers.insert(header::CONTENT_LENGTH, length.into());
        let name = disposition(image, ask.number, device);
        headers.insert(header::CONTENT_DISPOSITION, name);
        *response.status_mut() = plan.status;
        if is_head {
            return Ok(response);
        }
        let buffer = self.limits.bounded_buffer();
        let reader = Reader::new(stored, plan.pieces, buffer, work);
        match reader.begin().await {
            Ok(begun) => {
                let trouble = self.trouble(ask);
                *response.body_mut() = begun.body(length, self.limits.stall, trouble);
                Ok(response)
            }
            Err(unread) => {
                let (at, error) = unread.into();
                Err(self.failed(&ask, at, &error).await)
            }
        }
    }

    /// What a client is told that cannot have its bytes: if they have gone meanwhile, that.
    async fn failed(&self, ask: &Ask, at: Option<u64>, error: &Error) -> Refusal {
        let refusal = Refusal::of(error);
        if !refusal.status.is_server_error() {
            return refusal;
        }
        if let Err(gone) = ask.readable().await {
            return gone;
        }
        self.trouble(ask.clone()).tell(at, error);
        refusal
    }

    fn trouble(&self, ask: Ask) -> Trouble {
        Trouble {
            told: self.told.clone(),
            image: ask.id,
            device: ask.number,
            caller: ask.caller,
        }
    }
}

impl Ask {
    /// The image, if its bytes may be had: what [`Session::open_disk_image`] asks for. Nothing that is
    /// open already is given to anybody without it.
    async fn readable(&self) -> Result<DiskImage, Refusal> {
        let (session, scope) = (&self.session, &self.caller.scope);
        let refused = |error: Error| Refusal::of(&error);
        let may = session.can(Permission::ImageCopy, scope).await;
        let may = may.map_err(refused)?.decision.into_result();
        may.map_err(|denied| refused(denied.into()))?;
        let image = session.disk_image(self.id, scope).await.map_err(refused)?;
        if !matches!(image.state, DiskImageState::Ready { .. }) {
            let state = image.state.as_str();
            let message = format!("the disk image is {state}, and not ready");
            return Err(Refusal::new(StatusCode::CONFLICT, "not-ready", message));
        }
        Ok(image)
    }

    fn no_device(&self) -> Refusal {
        let Self { id, number, .. } = self;
        Refusal::not_found(format!("the disk image `{id}` has no device {number}"))
    }
}

/// A number without a sign and without zeros before it: a device has one address.
fn plain(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
