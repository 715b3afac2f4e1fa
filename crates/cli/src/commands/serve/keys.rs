//! The file of access keys, and whether it fits the store.

use crate::{
    exit::{Failure, Run},
    files::{read_secret, shown},
    print::warn,
};
use atlas_server::{AccessKeys, KeyFileError};
use cloud_atlas::{
    Error, Page, Paging, Session,
    scope::{AccountNumber, Scope},
};
use pollster::FutureExt as _;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// A file with more bytes is none of access keys: it would hold thousands.
const MOST: usize = 1 << 20;

/// Reads a file that nobody else may read.
pub(super) fn read(path: &Path) -> Result<AccessKeys, Failure> {
    let text = read_secret(path, MOST)?;
    AccessKeys::from_toml(&text).map_err(|error| unusable(path, error))
}

/// Reads it again, in the place of the keys from before.
pub(super) fn reload(keys: &AccessKeys, path: &Path) -> Run {
    let text = read_secret(path, MOST)?;
    let replaced = keys.replace_from_toml(&text);
    replaced.map_err(|error| unusable(path, error))
}

fn unusable(path: &Path, error: KeyFileError) -> Failure {
    let told = format!("the access keys in {} cannot be used", shown(path));
    Failure::refused(told).because(error)
}

/// Refuses keys of principals and scopes that are not there, and warns of accounts that have another
/// number.
pub(super) fn check(keys: &AccessKeys, session: &Session) -> Run {
    let keys = keys.each();
    let principals: BTreeSet<_> = keys.iter().map(|key| &key.caller.principal).collect();
    let mut missing = principals;
    all(
        |page| session.principals(page).block_on(),
        |found| {
            missing.remove(&found.principal);
        },
    )?;
    if let Some(principal) = missing.first() {
        let told = format!(
            "an access key is of `{principal}`, and there is no such principal: add it with `atlas principal add {principal}`"
        );
        return Err(Failure::refused(told).into());
    }
    let wanted: BTreeSet<_> = keys.iter().map(|key| &key.caller.scope).collect();
    let mut numbers: BTreeMap<Scope, Option<AccountNumber>> = BTreeMap::new();
    numbers.insert(Scope::global(), None);
    all(
        |page| session.scopes(page).block_on(),
        |found| {
            if wanted.contains(&found.scope) || found.account_number.is_some() {
                numbers.insert(found.scope, found.account_number);
            }
        },
    )?;
    if let Some(scope) = wanted.iter().find(|scope| !numbers.contains_key(scope)) {
        let told = format!(
            "an access key is for {scope}, and there is no such scope: add it with `atlas scope add {scope}`"
        );
        return Err(Failure::refused(told).into());
    }
    for key in &keys {
        let scope = &key.caller.scope;
        let account = scope.account_scope();
        let number = account.and_then(|account| numbers.get(&account).copied().flatten());
        if let Some(number) = number.filter(|number| *number != key.account) {
            warn(format_args!(
                "the access key {} has the account {}, and {scope} belongs to the account {number}: others share images with that",
                key.id, key.account
            ));
        }
    }
    Ok(())
}

/// Sees every item of a list.
fn all<T>(
    read: impl Fn(&Paging) -> Result<Page<T>, Error>,
    mut see: impl FnMut(T),
) -> Result<(), Error> {
    let mut paging = Paging::of(Paging::MOST);
    loop {
        let page = read(&paging)?;
        let following = page.following();
        page.items.into_iter().for_each(&mut see);
        match following {
            Some(following) => paging = following,
            None => return Ok(()),
        }
    }
}
