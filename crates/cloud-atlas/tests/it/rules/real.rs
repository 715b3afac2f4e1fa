//! The steps, done for real.

use super::{
    model::{Model, Open},
    steps::{ACCOUNTS, Act, At, Change, PEOPLE, Place, Step, To},
};
use crate::support::{World, add_credential, ami, image, most, p, run, set};
use cloud_atlas::{
    Error, GroupRef, Retention, Session,
    base::Timestamp,
    image::{
        CopyImage, CredentialId, EditImage, ImageRecordId, LaunchPermission, MakeRoleMap, RoleOs,
    },
    image_id::Cloud,
    mci::HeadEdit,
    scope::{AccountNumber, GroupId, InvitationCode, Scope},
    template::Reference,
};
use std::collections::BTreeMap;

/// The world of the model: nobody acts in it but its people.
pub(super) struct Real {
    pub(super) world: World,
    numbers: BTreeMap<At, AccountNumber>,
    pub(super) credentials: BTreeMap<CredentialId, At>,
}

/// What a step made that later ones name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Made {
    Nothing,
    Record(ImageRecordId),
    Group(GroupId),
    Invitation(InvitationCode, u32),
}

impl Made {
    /// Tells the model by which name to ask for what it made itself.
    pub(super) fn name(self, model: &mut Model) {
        match self {
            Self::Nothing => {}
            Self::Record(id) => model.records.last_mut().unwrap().id = Some(id),
            Self::Group(id) => model.groups.last_mut().unwrap().id = Some(id),
            Self::Invitation(code, number) => {
                model.invitations.last_mut().unwrap().code = Some((code, number));
            }
        }
    }
}

/// An hour of the model.
pub(super) fn at(hour: i64) -> Timestamp {
    let micros = crate::support::noon().as_micros() + hour * 3_600_000_000;
    Timestamp::from_micros(micros).unwrap()
}

/// The MultiCloud Image of a scope, in a state.
pub(super) fn web(at: At, state: &str) -> Reference {
    p(&format!("{at}:web{state}"))
}

impl Real {
    pub(super) fn new() -> Self {
        let world = World::new();
        let admin = world.admin();
        run(async {
            for who in PEOPLE {
                admin.add_principal(&p(who)).await.unwrap();
            }
            let scopes = admin.scopes(&most()).await.unwrap().items;
            let number = |scope: At| {
                let found = scopes.iter().find(|record| record.scope == p(scope));
                (scope, found.unwrap().account_number.unwrap())
            };
            let numbers = ACCOUNTS.into_iter().map(number).collect();
            let mut credentials = BTreeMap::new();
            for scope in ACCOUNTS {
                let page = admin.credentials(&p(scope), &most()).await.unwrap();
                credentials.extend(page.items.iter().map(|one| (one.id(), scope)));
            }
            Self {
                world,
                numbers,
                credentials,
            }
        })
    }

    pub(super) fn to(&self, to: Open, model: &Model) -> LaunchPermission {
        match to {
            Open::Everybody => LaunchPermission::Everybody,
            Open::Account(at) => LaunchPermission::Account(self.numbers[at]),
            Open::Group(group) => LaunchPermission::Group(model.groups[group].id.unwrap()),
        }
    }

    /// Does a step that the model has not done yet.
    pub(super) async fn step(&mut self, step: &Step, model: &Model) -> Result<Made, Error> {
        let who = self.world.who(step.by);
        match step.act {
            Act::Record {
                which,
                from,
                ref change,
            } => {
                let from = p(from.unwrap_or(model.records[which].scope));
                return self.change(&who, which, &from, change, model).await;
            }
            Act::Register {
                at,
                place,
                number,
                shared,
            } => {
                let mut ask = image(at, place, number);
                ask.shared = Some(shared);
                let made = who.register_image(ask).await?;
                return Ok(Made::Record(made.record.id()));
            }
            Act::AddCredential(scope) => {
                let made = add_credential(&who, scope, Cloud::Aws).await?;
                self.credentials.insert(made.id(), scope);
            }
            Act::Wait(hours) => self.world.clock.advance_secs(hours * 3600),
            Act::EmptyBin(at, early) => {
                who.empty_image_bin(&p(at), early).await?;
            }
            Act::MakeMap(..) | Act::SetMap(..) | Act::UnsetMap(..) | Act::RemoveMap(..) => {
                role_map(&who, &step.act, model).await?;
            }
            Act::MakeMci(_) | Act::SetHead(..) | Act::UnsetHead(..) | Act::Commit(_) => {
                mci(&who, &step.act).await?;
            }
            Act::MakeGroup(_)
            | Act::Invite(_)
            | Act::Cancel(..)
            | Act::Accept(..)
            | Act::PutOut(..)
            | Act::Leave(..)
            | Act::DeleteGroup(_) => return group(&who, &step.act, model).await,
            _ => around(&who, &step.act, model).await?,
        }
        Ok(Made::Nothing)
    }

    async fn change(
        &self,
        who: &Session,
        which: usize,
        from: &Scope,
        change: &Change,
        model: &Model,
    ) -> Result<Made, Error> {
        let id = model.records[which].id.unwrap();
        let to = |to: To| [self.to(model.to(to).unwrap(), model)];
        let edit = |edit: EditImage| who.edit_image(id, from, edit);
        match *change {
            Change::Deprecate(hours, other) => {
                let starts = hours.map(|hours| at(model.now + hours));
                let other = other.map(|other| model.records[other].id.unwrap());
                who.deprecate_image(id, from, starts, None, other).await?;
            }
            Change::Undeprecate => drop(who.undeprecate_image(id, from).await?),
            Change::Disable => drop(who.disable_image(id, from, None).await?),
            Change::Enable => drop(who.enable_image(id, from).await?),
            Change::Delete(days) => {
                let keep = days.map_or(Retention::Forever, |days| Retention::days(days).unwrap());
                who.delete_image(id, from, None, keep, false).await?;
            }
            Change::Restore => drop(who.restore_image(id, from).await?),
            Change::Purge(early) => who.purge(id, from, early).await?,
            Change::Protect(cool_down) => drop(who.protect_image(id, from, cool_down).await?),
            Change::Unprotect => drop(who.unprotect_image(id, from).await?),
            Change::Rename(name) => {
                let mut change = EditImage::default();
                change.name = Some(Some(p(name)));
                edit(change).await?;
            }
            Change::AddTag(tag) => {
                let mut change = EditImage::default();
                change.add_tags = [p(tag)].into();
                edit(change).await?;
            }
            Change::RemoveTag(tag) => {
                let mut change = EditImage::default();
                change.remove_tags = [p(tag)].into();
                edit(change).await?;
            }
            Change::Share => drop(who.share_image(id, from).await?),
            Change::Unshare(force) => drop(who.unshare_image(id, from, force).await?),
            Change::Copy(place, number) => {
                let request = CopyImage::new(p(place));
                let made = who.copy_image(id, from, request, ami(number)).await?;
                return Ok(Made::Record(made.record.id()));
            }
            Change::Promote => drop(who.promote_image(id, from, None).await?),
            Change::Open(one) => drop(who.add_launch_permissions(id, &to(one), from).await?),
            Change::Close(one) => drop(who.remove_launch_permissions(id, &to(one), from).await?),
            Change::Reset => drop(who.reset_launch_permissions(id, from).await?),
        }
        Ok(Made::Nothing)
    }
}

async fn around(who: &Session, act: &Act, model: &Model) -> Result<(), Error> {
    match *act {
        Act::Grant(to, role, scope, hours) => {
            let until = hours.map(|hours| at(model.now + hours));
            drop(who.grant(&p(to), &p(role), &p(scope), until).await?);
        }
        Act::Revoke(from, role, scope) => drop(who.revoke(&p(from), &p(role), &p(scope)).await?),
        Act::AddPerson(one) => drop(who.add_principal(&p(one)).await?),
        Act::RemovePerson(one) => who.remove_principal(&p(one)).await?,
        Act::AddScope(scope) => drop(who.add_scope(&p(scope)).await?),
        Act::RemoveScope(scope) => who.remove_scope(&p(scope)).await?,
        Act::RemoveCredential(scope) => who.remove_credential(&p(scope), &p("aws-main")).await?,
        _ => panic!("{act:?}"),
    }
    Ok(())
}

async fn role_map(who: &Session, act: &Act, model: &Model) -> Result<(), Error> {
    match *act {
        Act::MakeMap(at, name) => {
            let os = RoleOs {
                family: p("fedora-coreos"),
                generation: p("44"),
            };
            let made = MakeRoleMap::new(p(at), p(name), os);
            drop(who.make_role_map(made).await?);
        }
        Act::SetMap(name, from, which) => {
            let id = model.records[which].id.unwrap();
            drop(who.set_role_image(&p(name), &p(from), id).await?);
        }
        Act::UnsetMap(name, from, place) => {
            drop(who.unset_role_image(&p(name), &p(from), &p(place)).await?);
        }
        Act::RemoveMap(name, from) => drop(who.remove_role_map(&p(name), &p(from)).await?),
        _ => panic!("{act:?}"),
    }
    Ok(())
}

async fn mci(who: &Session, act: &Act) -> Result<(), Error> {
    let edit = |at: At, edit: HeadEdit| async move {
        who.edit_mci(&web(at, ""), &p(at), vec![edit], None).await
    };
    let unset = |place: Place| HeadEdit::Unset { location: p(place) };
    match *act {
        Act::MakeMci(at) => drop(who.create_mci(&p(at), p("web")).await?),
        Act::SetHead(at, place, number) => drop(edit(at, set(place, number)).await?),
        Act::UnsetHead(at, place) => drop(edit(at, unset(place)).await?),
        Act::Commit(at) => drop(who.commit_mci(&web(at, ""), &p(at), p("m"), None).await?),
        _ => panic!("{act:?}"),
    }
    Ok(())
}

async fn group(who: &Session, act: &Act, model: &Model) -> Result<Made, Error> {
    let partners = p::<GroupRef>("partners");
    let invitation = |which: usize| model.invitations[which].code.unwrap();
    match *act {
        Act::MakeGroup(owner) => {
            let made = who.make_group(&p(owner), &p("partners")).await?;
            return Ok(Made::Group(made.id));
        }
        Act::Invite(owner) => {
            let made = who.invite(&partners, &p(owner)).await?;
            return Ok(Made::Invitation(made.code, made.invitation.number));
        }
        Act::Cancel(which, owner) => {
            // Groups count their invitations each for itself.
            let other = model.invitations[which].group;
            let group = GroupRef::Id(model.groups[other].id.unwrap());
            let number = invitation(which).1;
            drop(who.cancel_invitation(&group, number, &p(owner)).await?);
        }
        Act::Accept(which, at) => drop(who.accept_invitation(invitation(which).0, &p(at)).await?),
        Act::PutOut(owner, member) => {
            drop(who.remove_member(&partners, &p(member), &p(owner)).await?);
        }
        Act::Leave(owner, member) => {
            let group = model.groups[model.newest(owner).unwrap()].id.unwrap();
            drop(who.leave_group(&GroupRef::Id(group), &p(member)).await?);
        }
        Act::DeleteGroup(owner) => drop(who.delete_group(&partners, &p(owner)).await?),
        _ => panic!("{act:?}"),
    }
    Ok(Made::Nothing)
}
