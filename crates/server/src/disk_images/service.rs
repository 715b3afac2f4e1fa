//! Who asks for what, and whether it is there.

use super::{
    ask::Ask,
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
    Atlas, DiskRefusal,
    image::{DiskImage, KeptDevice},
    image_id::AmiId,
    repository::StoredImage,
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
        let image = self.ask(caller, id, None).visible().await?;
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
        let ask = self.ask(caller, id, Some(number));
        let image = ask.readable().await?;
        let mut devices = (0_u32..).zip(&image.devices);
        let device = devices.find(|(place, _)| *place == number);
        let (_, device) = device.ok_or_else(|| ask.no_device())?;
        let (stored, work) = match self.opened.find(device) {
            Some(stored) => (stored, work),
            None => self.open(&ask, work).await?,
        };
        self.answer(head, ask, &image, device, stored, work).await
    }

    fn ask(&self, caller: Caller, image: AmiId, device: Option<u32>) -> Ask {
        let session = self.atlas.act_as(&caller.principal);
        let told = self.told.clone();
        Ask::new(
            session,
            Trouble {
                told,
                image,
                device,
                caller,
            },
        )
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
        let (session, scope, id) = (ask.session(), ask.scope().clone(), ask.image());
        let opening = task::spawn(async move {
            let opened = session.open_disk_image(id, &scope).await;
            (opened, work)
        });
        let (opened, work) = match opening.await {
            Ok((Ok(opened), work)) => (opened, work),
            Ok((Err(error), _)) => return Err(ask.failed(None, &error).await),
            Err(gone) => {
                let error = DiskRefusal::Thread(io::Error::other(gone)).into();
                return Err(ask.failed(None, &error).await);
            }
        };
        let mut devices = (0_u32..).zip(opened.devices);
        let device = devices.find(|(place, _)| Some(*place) == ask.device());
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
        let name = disposition(image, ask.device().unwrap_or_default(), device);
        headers.insert(header::CONTENT_DISPOSITION, name);
        *response.status_mut() = plan.status;
        if is_head {
            return Ok(response);
        }
        let buffer = self.limits.bounded_buffer();
        let reader = Reader::new(stored, plan.pieces, buffer, work);
        match reader.begin().await {
            Ok(begun) => {
                *response.body_mut() = begun.body(length, self.limits.stall, ask.into_trouble());
                Ok(response)
            }
            Err(unread) => {
                let (at, error) = unread.into();
                Err(ask.failed(at, &error).await)
            }
        }
    }
}

/// A number without a sign and without zeros before it: a device has one address.
fn plain(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
