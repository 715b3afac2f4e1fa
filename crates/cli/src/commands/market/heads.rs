//! HEADs that accounts offer and follow.

use super::word;
use crate::{
    args::Global,
    exit::Run,
    print::{Columns, Out, moment},
};
use cloud_atlas::{
    HeadOfferView, Session, SubscriptionView,
    history::LineageId,
    scope::{Level, Scope},
};
use pollster::FutureExt as _;

pub(super) fn list(session: &Session, account: &Scope, out: &mut Out) -> Run {
    let headers = [
        "NAME",
        "KIND",
        "PUBLISHER",
        "OFFERED",
        "FOLLOWED",
        "LINEAGE",
    ];
    let columns = Columns::new("no HEADs are offered", &headers, row);
    out.list(&session.head_offers(account).block_on()?, &columns)
}

fn row(offer: &HeadOfferView) -> Vec<String> {
    vec![
        offer.name.to_string(),
        word(offer.kind).to_owned(),
        offer.publisher.to_string(),
        moment(offer.at),
        offer.subscribed.map(moment).unwrap_or_default(),
        offer.lineage.to_string(),
    ]
}

pub(super) fn withdraw(
    lineage: LineageId,
    session: Session,
    global: &Global,
    out: &mut Out,
) -> Run {
    let account = &global.scope;
    let session = global.confirmed(session, |session| {
        if account.level() != Level::Account {
            // What the account offers is listed to those alone who see all of it.
            return Ok(Some(format!("offer HEAD of {lineage} no more")));
        }
        let offers = session.head_offers(account).block_on()?;
        let own = |it: &&HeadOfferView| it.lineage == lineage && it.publisher == *account;
        let offer = offers.iter().find(own);
        Ok(offer.map(|offer| format!("offer HEAD of {} no more", offer.name)))
    })?;
    session.withdraw_head(lineage, account).block_on()?;
    let how = format_args!("HEAD of {lineage} is offered no more");
    out.ended("head-offer", &lineage, how)
}

pub(super) fn subscribe(
    lineage: LineageId,
    session: &Session,
    account: &Scope,
    out: &mut Out,
) -> Run {
    let made = session.subscribe(lineage, account).block_on()?;
    out.one(&made, |out| {
        writeln!(
            out,
            "{account} follows HEAD of {lineage} now, which is seen by that id"
        )
    })
}

pub(super) fn subscriptions(session: &Session, account: &Scope, out: &mut Out) -> Run {
    let row = |it: &SubscriptionView| {
        vec![
            it.name
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            it.kind.map(word).unwrap_or_default().to_owned(),
            it.publisher
                .as_ref()
                .map_or_else(|| "(ended)".to_owned(), ToString::to_string),
            moment(it.since),
            it.lineage.to_string(),
        ]
    };
    let headers = ["NAME", "KIND", "PUBLISHER", "SINCE", "LINEAGE"];
    let columns = Columns::new("no HEAD is followed", &headers, row);
    out.list(&session.subscriptions(account).block_on()?, &columns)
}
