//! `atlas group`: account groups and their invitations.

use crate::{
    args::Global,
    exit::Run,
    pages::PageArgs,
    print::{Columns, HEAD_COLUMN, Out, fields, moment, note},
};
use clap::Subcommand;
use cloud_atlas::{
    GroupDeleted, GroupRef, GroupView, InvitationView,
    base::{Name, Timestamp},
    history::counted,
    scope::{GroupId, InvitationCode, Member, Scope},
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
        GroupCommand::Show { group } => shown(&session.group(&group, account).block_on()?, out),
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
            deleted(
                &session.delete_group(&group, account).block_on()?,
                &group,
                out,
            )
        }
    }
}

/// A group field by field, its members and its invitations one a line.
fn shown(view: &GroupView, out: &mut Out) -> Run {
    let mut lines = vec![
        ("id", view.id.to_string()),
        ("name", view.name.to_string()),
        ("owner", view.owner.to_string()),
        ("created", view.created.to_string()),
    ];
    lines.extend(view.member_since.map(|it| ("member_since", it.to_string())));
    if let Some(members) = &view.members {
        let member = |it: &Member| format!("{} since {} by {}", it.account, it.since, it.by);
        let members: Vec<_> = members.iter().map(member).collect();
        lines.push(("members", members.join("\n")));
    }
    if let Some(open) = &view.invitations {
        let invitation = |it: &InvitationView| {
            format!("{} until {} by {}", it.number, it.expires, it.created_by)
        };
        let open: Vec<_> = open.iter().map(invitation).collect();
        lines.push(("invitations", open.join("\n")));
    }
    out.one(view, |out| fields(&lines, HEAD_COLUMN, out))
}

/// A group that is gone, with what was for it alone.
#[derive(Debug, Serialize)]
struct Gone {
    removed: &'static str,
    name: String,
    publications: usize,
    heads: usize,
}

fn deleted(of: &GroupDeleted, named: &GroupRef, out: &mut Out) -> Run {
    let gone = Gone {
        removed: "group",
        name: named.to_string(),
        publications: of.publications,
        heads: of.heads,
    };
    out.one(&gone, |out| writeln!(out, "removed {named}"))?;
    let published = counted(of.publications, "publication");
    let offered = counted(of.heads, "offered HEAD");
    let left = match (of.publications, of.heads) {
        (0, 0) => return Ok(()),
        (_, 0) => published,
        (0, _) => offered,
        _ => format!("{published} and {offered}"),
    };
    if !out.is_json() {
        note(format_args!(
            "for nobody else now: {left}; what was imported stays"
        ));
    }
    Ok(())
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
