//! What is asked about access keys, as values: of the store, or of a server that has it open.

use crate::exit::Failure;
use cloud_atlas::{
    Error, Page, PageCursor, Paging, Session,
    base::Timestamp,
    scope::{
        AccessKey, AccessKeyId, AccessKeyRecord, AddAccessKey, PrincipalId, Scope, SealedSecret,
    },
};
use core::iter;
use serde::{Deserialize, Serialize};

/// What a client of the control socket sends, on a line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Who acts.
    pub(crate) principal: PrincipalId,
    pub(crate) call: KeyCall,
}

/// A call of the facade about access keys. Secrets travel sealed.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum KeyCall {
    Add {
        principal: PrincipalId,
        scope: Scope,
        id: AccessKeyId,
        secret: SealedSecret,
        until: Option<Timestamp>,
    },
    List {
        of: Option<PrincipalId>,
        limit: usize,
        after: Option<PageCursor>,
    },
    Rotate {
        id: AccessKeyId,
        successor: AccessKeyId,
        secret: SealedSecret,
        until: Timestamp,
    },
    Disable(AccessKeyId),
    Enable(AccessKeyId),
    Remove(AccessKeyId),
    Sealed {
        limit: usize,
        after: Option<PageCursor>,
    },
    Reseal {
        seen: AccessKeyRecord,
        secret: SealedSecret,
    },
}

/// What is answered, on a line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Answered {
    Key(AccessKey),
    Keys(Items<AccessKey>),
    Records(Items<AccessKeyRecord>),
    Resealed(bool),
    /// It is refused: why, and because of what.
    Refused(Vec<String>),
    /// It was not done for a reason that is none of the caller's.
    Trouble(Vec<String>),
}

/// A page on its way.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Items<T> {
    items: Vec<T>,
    next: Option<PageCursor>,
}

impl<T> Items<T> {
    fn of(page: Page<T>) -> Self {
        let Page { items, next, .. } = page;
        Self { items, next }
    }

    pub(crate) fn page(self, paging: &Paging) -> Page<T> {
        Page::new(self.items, self.next, paging)
    }
}

impl KeyCall {
    pub(crate) fn list(of: Option<PrincipalId>, paging: &Paging) -> Self {
        let (limit, after) = (paging.limit, paging.after.clone());
        Self::List { of, limit, after }
    }

    pub(crate) fn sealed(paging: &Paging) -> Self {
        let (limit, after) = (paging.limit, paging.after.clone());
        Self::Sealed { limit, after }
    }

    /// Asks the store.
    pub(crate) async fn run(self, session: &Session) -> Result<Answered, Error> {
        Ok(match self {
            Self::Add {
                principal,
                scope,
                id,
                secret,
                until,
            } => {
                let request = AddAccessKey {
                    principal,
                    scope,
                    id,
                    until,
                };
                Answered::Key(session.add_access_key(&request, &secret).await?)
            }
            Self::List { of, limit, after } => {
                let paging = Paging::of(limit).after(after);
                let page = session.access_keys(of.as_ref(), &paging).await?;
                Answered::Keys(Items::of(page))
            }
            Self::Rotate {
                id,
                successor,
                secret,
                until,
            } => {
                let rotated = session.rotate_access_key(&id, &successor, &secret, until);
                Answered::Key(rotated.await?)
            }
            Self::Disable(id) => Answered::Key(session.disable_access_key(&id).await?),
            Self::Enable(id) => Answered::Key(session.enable_access_key(&id).await?),
            Self::Remove(id) => Answered::Key(session.remove_access_key(&id).await?),
            Self::Sealed { limit, after } => {
                let paging = Paging::of(limit).after(after);
                Answered::Records(Items::of(session.sealed_access_keys(&paging).await?))
            }
            Self::Reseal { seen, secret } => {
                Answered::Resealed(session.reseal_access_key(&seen, &secret).await?)
            }
        })
    }
}

impl Answered {
    /// That it failed, in words.
    pub(crate) fn failed(failure: Failure) -> Self {
        let is_refusal = matches!(failure, Failure::Refused(_));
        let told = failure.into_error();
        let told = told.map_or_else(Vec::new, |error| words(&*error));
        if is_refusal {
            Self::Refused(told)
        } else {
            Self::Trouble(told)
        }
    }

    /// What it says, unless that it failed.
    pub(crate) fn read(self) -> Result<Self, Failure> {
        match self {
            Self::Refused(told) => Err(failure(told, |text| Failure::refused(text).into())),
            Self::Trouble(told) => Err(failure(told, |text| Failure::trouble(text).into())),
            said => Ok(said),
        }
    }
}

/// The first is what went wrong, each that follows is why.
fn failure(mut told: Vec<String>, begin: impl FnOnce(String) -> Failure) -> Failure {
    let first = told.pop().unwrap_or_else(|| "it failed".to_owned());
    let causes = told.into_iter().rev();
    causes.fold(begin(first), Failure::at)
}

/// What went wrong, and because of what.
fn words(error: &(dyn core::error::Error + 'static)) -> Vec<String> {
    let all = iter::successors(Some(error), |error| error.source());
    all.map(ToString::to_string).collect()
}
