//! `atlas group`: account groups and their invitations.

use crate::{
    args::Global,
    exit::Run,
    pages::PageArgs,
    print::{Columns, Out, moment},
};
use clap::Subcommand;
use cloud_atlas::{
    GroupRef, GroupView,
    base::{Name, Timestamp},
    scope::{GroupId, InvitationCode, Scope},
};
use pollster::FutureExt as _;
use serde::Serialize;

/// Groups of accounts, which images and publications can be opened to; of the account --scope
#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// Make a group that the account owns
    Make {
        /// What it is called
        name: Name,
    },
    /// List the groups that the account owns, then those that it is in
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a group, its members and its open invitations; members see its owner alone
    Show {
        /// Its name, or its id such as grp-0123456789abcdef0123456789abcdef
        group: GroupRef,
    },
    /// Make an invitation, which one account can accept within six days, once
    Invite {
        /// Its name or its id
        group: GroupRef,
    },
    /// Take an open invitation back
    Cancel {
        /// Its name or its id
        group: GroupRef,
        /// The number of the invitation
        #[arg(value_name = "NUMBER")]
        invitation: u32,
    },
    /// Make the account a member, with the code of an invitation
    Accept {
        /// Such as inv-0123456789abcdef0123456789abcdef
        code: InvitationCode,
    },
    /// Put a member out of a group that the account owns
    Remove {
        /// Its name or its id
        group: GroupRef,
        /// Which account
        #[arg(value_name = "ACCOUNT")]
        member: Scope,
    },
    /// Take the account out of a group that it is in
    Leave {
        /// Its id
        group: GroupRef,
    },
    /// Delete a group that has no members
    Delete {
        /// Its name or its id
        group: GroupRef,
    },
}

/// An invitation, for whom it is meant.
#[derive(Debug, Serialize)]
struct InvitedView {
    group: GroupId,
    name: Name,
    number: u32,
    code: InvitationCode,
    expires: Timestamp,
}

pub(crate) fn run(command: GroupCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let account = &global.scope;
    match command {
        GroupCommand::Make { name } => {
            session.make_group(account, &name).block_on()?;
            let view = session.group(&GroupRef::Name(name), account).block_on()?;
            out.one(&view, |out| {
                writeln!(
                    out,
                    "made the group {} of {account} as {}",
                    view.name, view.id
                )
            })
        }
        GroupCommand::List { page } => {
            let headers = ["GROUP", "OWNER", "MEMBER SINCE", "MEMBERS", "ID"];
            let columns = Columns::new("no account groups", &headers, row);
            page.show(&columns, out, |page| {
                session.groups(account, page).block_on()
            })
        }
        GroupCommand::Show { group } => out.fields(&session.group(&group, account).block_on()?),
        GroupCommand::Invite { group } => {
            let invited = session.invite(&group, account).block_on()?;
            let view = InvitedView {
                group: invited.group.id,
                name: invited.group.name,
                number: invited.invitation.number,
                code: invited.code,
                expires: invited.invitation.expires,
            };
            out.one(&view, |out| {
                writeln!(
                    out,
                    "made invitation {} to {}; until {} one account can accept it with this code, which is not told again:\n{}",
                    view.number, view.name, view.expires, view.code
                )
            })
        }
        GroupCommand::Cancel { group, invitation } => {
            session
                .cancel_invitation(&group, invitation, account)
                .block_on()?;
            out.removed("invitation", &invitation)
        }
        GroupCommand::Accept { code } => {
            let view = session.accept_invitation(code, account).block_on()?;
            out.one(&view, |out| {
                let GroupView {
                    name, owner, id, ..
                } = &view;
                writeln!(out, "{account} is a member of {name} of {owner} now: {id}")
            })
        }
        GroupCommand::Remove { group, member } => {
            let session = global.confirmed(session, |session| {
                let name = session.group(&group, account).block_on()?.name;
                Ok(Some(format!("put {member} out of the group {name}")))
            })?;
            session.remove_member(&group, &member, account).block_on()?;
            out.removed("member", &member)
        }
        GroupCommand::Leave { group } => {
            let session = global.confirmed(session, |session| {
                let name = session.group(&group, account).block_on()?.name;
                Ok(Some(format!("take {account} out of the group {name}")))
            })?;
            session.leave_group(&group, account).block_on()?;
            out.removed("member", account)
        }
        GroupCommand::Delete { group } => {
            let session = global.confirmed(session, |session| {
                let name = session.group(&group, account).block_on()?.name;
                Ok(Some(format!("delete the group {name}")))
            })?;
            session.delete_group(&group, account).block_on()?;
            out.removed("group", &group)
        }
    }
}

fn row(view: &GroupView) -> Vec<String> {
    let since = view.member_since.map(moment);
    let members = view.members.as_ref().map(|all| all.len().to_string());
    vec![
        view.name.to_string(),
        view.owner.to_string(),
        since.unwrap_or_default(),
        members.unwrap_or_default(),
        view.id.to_string(),
    ]
}
