//! Commits as wholes: writes, tokens, limits.

use crate::{
    bench::{Bench, account, all, everything, home, key, key_in, put, read_keys, text},
    failure::{Verdict, conflict, same, seen},
};
use atlas_store::{Commit, FeedPosition};
use core::sync::atomic::{AtomicUsize, Ordering};
use std::collections::BTreeSet;

pub(crate) async fn commits_are_whole(bench: &Bench<'_>) -> Verdict {
    let other = account("acme")?;
    let keys = [
        key("a")?,
        key("b")?,
        key("c")?,
        key_in(&other, "d")?,
        key_in(&other, "e")?,
    ];
    for round in ["1", "2"] {
        bench
            .write(keys.iter().map(|key| put(key, round)).collect())
            .await?;
        for key in &keys {
            let what = format!("key {key} of a commit of five");
            same(&what, &bench.text(key).await?, &Some(round.to_owned()))?;
        }
    }
    Ok(())
}

pub(crate) async fn commits_appear_at_once(bench: &Bench<'_>) -> Verdict {
    const KEYS: usize = 8;
    let writing = AtomicUsize::new(1);
    let keys = (0..KEYS)
        .map(|n| key(&n.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    bench
        .write(keys.iter().map(|key| put(key, "first")).collect())
        .await?;
    let (keys, writing) = (&keys, &writing);
    bench.on_threads(3, |thread| async move {
        if thread == 0 {
            let mut outcome = Ok(());
            for round in 0..bench.rounds() {
                let value = round.to_string();
                let writes = keys.iter().map(|key| put(key, &value)).collect();
                outcome = bench.write(writes).await.map(drop);
                if outcome.is_err() {
                    break;
                }
            }
            writing.store(0, Ordering::SeqCst);
            return outcome;
        }
        while writing.load(Ordering::SeqCst) > 0 {
            let entries = all(&*bench.snapshot().await?, &everything()?, false).await?;
            let values: BTreeSet<_> = entries.iter().map(|(_, entry)| text(entry)).collect();
            if values.len() != 1 || entries.len() != KEYS {
                return seen(format_args!(
                    "a snapshot saw parts of several commits: {values:?}"
                ));
            }
        }
        Ok(())
    })?;
    // One commit is one entry of the feed, with all its keys.
    for entry in bench.feed(&home()).await?.entries {
        same("the keys of a commit in the feed", &entry.keys, keys)?;
    }
    Ok(())
}

pub(crate) async fn refused_commits_write_nothing(bench: &Bench<'_>) -> Verdict {
    let (watched, written) = (key("watched")?, key("written")?);
    let snapshot = bench.snapshot().await?;
    let reads = read_keys(&*snapshot, &[&watched]).await?;
    bench.write(vec![put(&watched, "moved")]).await?;
    let head = bench
        .store
        .feed(&home(), FeedPosition::START, 0)
        .await?
        .head;
    let token = bench.policy.token();
    let writes = vec![put(&watched, "refused"), put(&written, "refused")];
    let commit = Commit {
        reads,
        writes: writes.clone(),
        token,
    };
    conflict(
        "a commit whose read had moved",
        snapshot.commit(commit).await,
    )?;
    same(
        "a key of a refused commit",
        &bench.text(&written).await?,
        &None,
    )?;
    same(
        "a key it had read",
        &bench.text(&watched).await?,
        &Some("moved".to_owned()),
    )?;
    let after = bench
        .store
        .feed(&home(), FeedPosition::START, 0)
        .await?
        .head;
    same("the head of the feed", &after, &head)?;
    // The token of a commit that did not happen is still free.
    bench.try_write(writes, token).await?;
    same(
        "the second attempt",
        &bench.text(&written).await?,
        &Some("refused".to_owned()),
    )
}

pub(crate) async fn tokens_commit_once(bench: &Bench<'_>) -> Verdict {
    let (target, other) = (key("target")?, key_in(&account("acme")?, "other")?);
    let token = bench.policy.token();
    let writes = vec![put(&target, "first"), put(&other, "first")];
    let first = bench.try_write(writes.clone(), token).await?;
    bench.write(vec![put(&target, "later")]).await?;
    same(
        "the same commit again",
        &bench.try_write(writes, token).await?,
        &first,
    )?;
    // Whatever comes under a token that is taken, even what would be refused otherwise.
    let stale = bench.snapshot().await?;
    let reads = read_keys(&*stale, &[&target]).await?;
    bench.write(vec![put(&target, "latest")]).await?;
    let commit = Commit {
        reads,
        writes: vec![put(&target, "again")],
        token,
    };
    same(
        "another commit under its token",
        &stale.commit(commit).await?,
        &first,
    )?;
    let probe = bench.try_write(Vec::new(), token).await?;
    same("an empty commit under its token", &probe, &first)?;
    same(
        "the key",
        &bench.text(&target).await?,
        &Some("latest".to_owned()),
    )?;
    // A token taken by an empty commit can no longer commit anything else.
    let spent = bench.policy.token();
    let empty = bench.try_write(Vec::new(), spent).await?;
    let late = bench
        .try_write(vec![put(&target, "too late")], spent)
        .await?;
    same(
        "a commit that came after its token was taken",
        &late,
        &empty,
    )?;
    same(
        "the key in the end",
        &bench.text(&target).await?,
        &Some("latest".to_owned()),
    )
}

pub(crate) async fn racing_tokens_commit_once(bench: &Bench<'_>) -> Verdict {
    let target = key("target")?;
    let before = bench
        .store
        .feed(&home(), FeedPosition::START, 0)
        .await?
        .head;
    let rounds = bench.harness.rounds.min(10);
    for round in 0..rounds {
        let token = bench.policy.token();
        let target = &target;
        let answers = bench.on_threads(bench.harness.writers, |_| async move {
            Ok(bench
                .try_write(vec![put(target, &round.to_string())], token)
                .await?)
        })?;
        let distinct: BTreeSet<_> = answers.iter().map(|committed| committed.id).collect();
        same("how many commits one token made", &distinct.len(), &1)?;
    }
    let head = bench
        .store
        .feed(&home(), FeedPosition::START, 0)
        .await?
        .head;
    let grown = head.as_u64() - before.as_u64();
    same(
        "how far the feed grew",
        &grown,
        &u64::try_from(rounds).unwrap_or(0),
    )
}
