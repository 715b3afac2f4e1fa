//! Keys, ranges and pages.

use crate::{
    bench::{Bench, all, delete, everything, json, key, names, one, put, text},
    failure::{Found, Verdict, same, seen},
};
use atlas_store::{Entry, Key, KeyRange, Page, Write};
use std::collections::BTreeSet;

pub(crate) async fn values_come_back_unchanged(bench: &Bench<'_>) -> Verdict {
    let long = "x".repeat(100_000);
    for (name, value) in [
        ("a", "plain"),
        ("b", ""),
        ("c", "ümläut \u{1f30d}"),
        ("d", &long),
    ] {
        let key = key(name)?;
        let write = Write::Put {
            key: key.clone(),
            value: json(value),
        };
        bench.write(vec![write]).await?;
        let found = bench.entry(&key).await?.map(|entry| entry.value);
        if found != Some(json(value)) {
            return seen(format_args!(
                "{key} did not give back {} bytes",
                value.len()
            ));
        }
    }
    Ok(())
}

pub(crate) async fn deleted_keys_are_gone(bench: &Bench<'_>) -> Verdict {
    let (kept, gone) = (key("kept")?, key("gone")?);
    bench.write(vec![put(&gone, "1"), put(&kept, "1")]).await?;
    bench.write(vec![delete(&gone)]).await?;
    same("a deleted key", &bench.text(&gone).await?, &None)?;
    let left = all(&*bench.snapshot().await?, &everything()?, false).await?;
    same("a range", &names(&left), &vec![kept.to_string()])?;
    // Deleting what is not there is no error.
    bench.write(vec![delete(&gone)]).await?;
    Ok(())
}

pub(crate) async fn many_keys_are_answered_in_order(bench: &Bench<'_>) -> Verdict {
    let keys = fill(bench, &["a", "b", "c"]).await?;
    let [a, b, c] = keys.as_slice() else {
        return Ok(());
    };
    let missing = key("missing")?;
    let asked = [c, a, &missing, b, a].map(Clone::clone);
    let found = bench.snapshot().await?.get(&asked).await?;
    let found: Vec<_> = found.iter().map(|entry| entry.as_ref().map(text)).collect();
    let expected = [Some("c"), Some("a"), None, Some("b"), Some("a")];
    let expected = expected.map(|name| name.map(str::to_owned)).to_vec();
    same("many keys at once", &found, &expected)
}

pub(crate) async fn ranges_come_in_byte_order(bench: &Bench<'_>) -> Verdict {
    let given = [
        "b",
        "a",
        "aa",
        "Z",
        "_",
        "~",
        "é",
        "\u{ffff}",
        "\u{10000}",
        "0",
        "-",
        "a b",
    ];
    let mut expected: Vec<_> = fill(bench, &given)
        .await?
        .iter()
        .map(Key::to_string)
        .collect();
    expected.sort_unstable();
    let found = all(&*bench.snapshot().await?, &everything()?, false).await?;
    same("a range", &names(&found), &expected)
}

pub(crate) async fn reverse_ranges_mirror_forward_ones(bench: &Bench<'_>) -> Verdict {
    fill(bench, &["a", "b", "c", "d"]).await?;
    let snapshot = bench.snapshot().await?;
    for range in [
        everything()?,
        KeyRange::new(key("b")?.as_str(), key("d")?.as_str()),
    ] {
        let mut forward = names(&all(&*snapshot, &range, false).await?);
        forward.reverse();
        let backward = names(&all(&*snapshot, &range, true).await?);
        same("a range in reverse", &backward, &forward)?;
    }
    Ok(())
}

pub(crate) async fn ranges_are_half_open(bench: &Bench<'_>) -> Verdict {
    fill(bench, &["a", "b", "c", "d"]).await?;
    let snapshot = bench.snapshot().await?;
    let cases: [(&str, &str, &[&str]); 5] = [
        ("a", "c", &["a", "b"]),
        ("b", "d", &["b", "c"]),
        ("aa", "cc", &["b", "c"]),
        ("b", "b", &[]),
        ("d", "a", &[]),
    ];
    for (start, end, inside) in cases {
        let range = KeyRange::new(key(start)?.as_str(), key(end)?.as_str());
        let found: Vec<_> = all(&*snapshot, &range, false)
            .await?
            .iter()
            .map(|(_, entry)| text(entry))
            .collect();
        let what = format!("the range from {start} to {end}");
        same(
            &what,
            &found,
            &inside.iter().map(|&name| name.to_owned()).collect(),
        )?;
    }
    Ok(())
}

pub(crate) async fn limits_of_pages_are_kept(bench: &Bench<'_>) -> Verdict {
    fill(bench, &["a", "b", "c", "d", "e"]).await?;
    let snapshot = bench.snapshot().await?;
    for limit in 0..7 {
        for page in [Page::first(limit), Page::last(limit)] {
            let slice = snapshot.range(&everything()?, page).await?;
            if slice.entries.len() > limit {
                let count = slice.entries.len();
                return seen(format_args!("a page of {limit} entries held {count}"));
            }
            if limit < 5 && slice.next.is_none() {
                return seen(format_args!(
                    "a page of {limit} entries of 5 left nothing to read"
                ));
            }
        }
    }
    Ok(())
}

pub(crate) async fn pages_cover_a_range_once(bench: &Bench<'_>) -> Verdict {
    let given: Vec<String> = (10..33).map(|number| number.to_string()).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    fill(bench, &given).await?;
    let snapshot = bench.snapshot().await?;
    let whole = everything()?;
    for reverse in [false, true] {
        let mut expected = names(&all(&*snapshot, &whole, false).await?);
        if reverse {
            expected.reverse();
        }
        for limit in [1, 2, 7, 22, 23, 24] {
            let mut found = Vec::new();
            let mut rest = Some(whole.clone());
            for _ in 0..=given.len().saturating_add(1) {
                let Some(range) = rest.take() else { break };
                let slice = snapshot.range(&range, Page { limit, reverse }).await?;
                if slice.entries.iter().any(|(key, _)| !range.contains(key)) {
                    return seen(format_args!("a page held keys outside of {range:?}"));
                }
                found.extend(names(&slice.entries));
                rest = slice.next;
            }
            same(
                &format!("reading page by page of {limit}"),
                &found,
                &expected,
            )?;
            if let Some(rest) = rest {
                return seen(format_args!(
                    "reading by {limit} left {rest:?} after the end"
                ));
            }
        }
    }
    Ok(())
}

pub(crate) async fn versions_change_with_every_write(bench: &Bench<'_>) -> Verdict {
    let (watched, other) = (key("watched")?, key("other")?);
    let mut versions = BTreeSet::new();
    for round in 0..6 {
        // The same value each time, and a delete in between.
        if round == 3 {
            bench.write(vec![delete(&watched)]).await?;
        }
        bench.write(vec![put(&watched, "same")]).await?;
        let first = version(bench, &watched).await?;
        bench.write(vec![put(&other, "change")]).await?;
        let again = version(bench, &watched).await?;
        same("the version of a key that nobody wrote", &again, &first)?;
        let snapshot = bench.snapshot().await?;
        let ranged = all(&*snapshot, &KeyRange::only(&watched), false).await?;
        let ranged = ranged.first().map(|(_, entry)| entry.version);
        same(
            "the version in a range",
            &ranged,
            &one(&*snapshot, &watched).await?.map(|e| e.version),
        )?;
        if !versions.insert(first) {
            return seen(format_args!(
                "version {} of a key came twice",
                first.as_u64()
            ));
        }
    }
    Ok(())
}

async fn version(bench: &Bench<'_>, key: &Key) -> Result<atlas_store::Version, Found> {
    let entry: Option<Entry> = bench.entry(key).await?;
    match entry {
        Some(entry) => Ok(entry.version),
        None => seen(format_args!("{key} was not there")),
    }
}

/// Writes keys whose value is their name, in the order given.
async fn fill(bench: &Bench<'_>, given: &[&str]) -> Result<Vec<Key>, Found> {
    let mut keys = Vec::new();
    for name in given {
        let key = key(name)?;
        bench.write(vec![put(&key, name)]).await?;
        keys.push(key);
    }
    Ok(keys)
}
