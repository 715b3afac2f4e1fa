//! `atlas scope`, `principal`, `grant`: the tree, its people and their roles.

use crate::{
    args::Global,
    exit::Run,
    pages::{PageArgs, find},
    print::{Columns, Out, moment},
};
use clap::Subcommand;
use cloud_atlas::{
    base::Timestamp,
    scope::{Grant, PrincipalId, PrincipalRecord, Role, Scope, ScopeRecord},
};
use pollster::FutureExt as _;

/// Scopes form a tree: `/` holds accounts, accounts hold environments
#[derive(Debug, Subcommand)]
pub(crate) enum ScopeCommand {
    /// Add an account such as /acme, or an environment such as /acme/prod
    Add {
        /// The scope
        #[arg(value_name = "SCOPE")]
        at: Scope,
    },
    /// List the scopes that you may see
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Rename a scope that holds nothing; its grants move along
    ///
    /// An account keeps its number. What happened under the old name stays in the events of the scope
    /// above, under that name.
    Rename {
        /// The scope
        #[arg(value_name = "OLD")]
        from: Scope,
        /// Its new name, directly below the same scope
        #[arg(value_name = "NEW")]
        to: Scope,
    },
    /// Remove a scope that holds nothing
    Remove {
        /// The scope
        #[arg(value_name = "SCOPE")]
        at: Scope,
    },
}

pub(crate) fn scope(command: ScopeCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    match command {
        ScopeCommand::Add { at } => {
            let record = session.add_scope(&at).block_on()?;
            out.one(&record, |out| match record.account_number {
                Some(number) => writeln!(out, "added {at}, account number {number}"),
                None => writeln!(out, "added {at}"),
            })
        }
        ScopeCommand::List { page } => {
            let headers = ["SCOPE", "ACCOUNT NUMBER", "ADDED"];
            let columns = Columns::new("no scopes", &headers, scope_row);
            page.show(&columns, out, |page| session.scopes(page).block_on())
        }
        ScopeCommand::Rename { from, to } => {
            let record = session.rename_scope(&from, &to).block_on()?;
            out.one(&record, |out| writeln!(out, "renamed {from} to {to}"))
        }
        ScopeCommand::Remove { at } => {
            let session = global.confirmed(session, |session| {
                let read = |page: &_| session.scopes(page).block_on();
                let found = find(read, |it| it.scope == at)?;
                Ok(found.map(|_| format!("remove {at}")))
            })?;
            session.remove_scope(&at).block_on()?;
            out.removed("scope", &at)
        }
    }
}

fn scope_row(record: &ScopeRecord) -> Vec<String> {
    let number = record.account_number.as_ref().map(ToString::to_string);
    vec![
        record.scope.to_string(),
        number.unwrap_or_default(),
        moment(record.created),
    ]
}

/// Principals are people and programs that act
#[derive(Debug, Subcommand)]
pub(crate) enum PrincipalCommand {
    /// Add a principal, who may nothing until a role is granted
    Add {
        /// Letters, digits and `._@-`
        #[arg(value_name = "PRINCIPAL")]
        who: PrincipalId,
    },
    /// List the principals
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Rename a principal; all grants move along
    ///
    /// What was made and done under the old name stays under it, as history.
    Rename {
        /// Who gets another name
        #[arg(value_name = "OLD")]
        from: PrincipalId,
        /// The new name: letters, digits and `._@-`
        #[arg(value_name = "NEW")]
        to: PrincipalId,
    },
    /// Remove a principal with all grants
    Remove {
        /// Who goes
        #[arg(value_name = "PRINCIPAL")]
        who: PrincipalId,
    },
}

pub(crate) fn principal(command: PrincipalCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    match command {
        PrincipalCommand::Add { who } => {
            let record = session.add_principal(&who).block_on()?;
            out.one(&record, |out| writeln!(out, "added {who}"))
        }
        PrincipalCommand::List { page } => {
            let columns = Columns::new("no principals", &["PRINCIPAL", "ADDED"], principal_row);
            page.show(&columns, out, |page| session.principals(page).block_on())
        }
        PrincipalCommand::Rename { from, to } => {
            let record = session.rename_principal(&from, &to).block_on()?;
            out.one(&record, |out| writeln!(out, "renamed {from} to {to}"))
        }
        PrincipalCommand::Remove { who } => {
            let session = global.confirmed(session, |session| {
                let read = |page: &_| session.principals(page).block_on();
                let found = find(read, |it| it.principal == who)?;
                Ok(found.map(|_| format!("remove {who} with all grants")))
            })?;
            session.remove_principal(&who).block_on()?;
            out.removed("principal", &who)
        }
    }
}

fn principal_row(record: &PrincipalRecord) -> Vec<String> {
    vec![record.principal.to_string(), moment(record.created)]
}

/// A grant gives a role to a principal at --scope and below
#[derive(Debug, Subcommand)]
pub(crate) enum GrantCommand {
    /// Grant ROLE to PRINCIPAL at --scope
    Add {
        /// observer, actor, designer, library, publisher or admin
        role: Role,
        /// To whom
        #[arg(value_name = "PRINCIPAL")]
        who: PrincipalId,
        /// Until when, such as 2026-12-31T00:00:00Z
        #[arg(long, value_name = "TIME")]
        until: Option<Timestamp>,
    },
    /// List the grants that you may see
    List {
        /// Of this principal only
        #[arg(value_name = "PRINCIPAL")]
        who: Option<PrincipalId>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Take ROLE at --scope from PRINCIPAL
    Remove {
        /// Which role
        role: Role,
        /// From whom
        #[arg(value_name = "PRINCIPAL")]
        who: PrincipalId,
    },
}

pub(crate) fn grant(command: GrantCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    match command {
        GrantCommand::Add { role, who, until } => {
            let granted = session
                .grant(&who, &role, &global.scope, until)
                .block_on()?;
            out.one(&granted.grant, |out| match &granted.replaces {
                Some(before) => writeln!(out, "granted {}, in place of {before}", granted.grant),
                None => writeln!(out, "granted {}", granted.grant),
            })
        }
        GrantCommand::List { who, page } => {
            let headers = ["PRINCIPAL", "ROLE", "SCOPE", "UNTIL"];
            let columns = Columns::new("no grants", &headers, grant_row);
            page.show(&columns, out, |page| {
                session.grants(who.as_ref(), page).block_on()
            })
        }
        GrantCommand::Remove { role, who } => {
            let grant = session.revoke(&who, &role, &global.scope).block_on()?;
            out.one(&grant, |out| writeln!(out, "revoked {grant}"))
        }
    }
}

fn grant_row(grant: &Grant) -> Vec<String> {
    let until = grant.expires.map(moment);
    vec![
        grant.principal.to_string(),
        grant.role.to_string(),
        grant.scope.to_string(),
        until.unwrap_or_default(),
    ]
}
