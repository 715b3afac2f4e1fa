//! From a URL to a store: is there one, is it ours, and do its servers take what they should?

use crate::{
    Address, Found, OpenError, Options, Place,
    fault::{Failed, Meaning, meaning},
    layout::Layout,
    nodes::Nodes,
    request::found,
    shared::Shared,
};
use etcd_client::{Compare, CompareOp, Error, GetOptions, Txn, TxnOp};

/// The format of the keys. It is raised when an older program would misread them.
const FORMAT: u32 = 1;
/// The first line of the key `meta` of every store of ours.
const MARKER: &str = "cloud-atlas store";
/// What servers take beside `--max-request-bytes`, for what surrounds a request.
const SERVERS_ALLOWANCE: usize = 512 << 10;
/// What surrounds the probe of it.
const PROBE_SURROUNDS: usize = 1 << 10;

/// Makes a store, if there is nothing below its prefix.
pub(crate) async fn create(shared: &Shared, place: &Place) -> Result<(), OpenError> {
    let Shared { layout, nodes, .. } = shared;
    let meta = Meta::new(&shared.options).to_string();
    let all = layout.all();
    let nothing = Compare::version(all.start, CompareOp::Equal, 0).with_range(all.end);
    let txn = Txn::new()
        .when([nothing])
        .and_then([TxnOp::put(layout.meta(), meta.clone(), None)])
        .or_else([TxnOp::get(layout.meta(), None)]);
    let made = match nodes.write(txn).await {
        Ok(made) => made,
        // It may be there: what is read tells. Whoever is not sure tries to make it again, and is
        // told that it is there.
        Err(error) => return Err(failed(place, error)),
    };
    if made.succeeded() {
        return Ok(());
    }
    let found = found(&made).next();
    let found = found.as_ref().and_then(|found| found.kvs().first());
    let text = found.and_then(|found| found.value_str().ok());
    Err(match text.and_then(Meta::parse) {
        Some(_) => OpenError::AlreadyExists {
            place: place.clone(),
        },
        None => foreign(place),
    })
}

/// Looks whether there is a store that this program may use; changes nothing.
pub(crate) async fn look(shared: &Shared, place: &Place) -> Result<(), OpenError> {
    let Shared { layout, nodes, .. } = shared;
    let meta = read_meta(layout, nodes, place).await?;
    let newer = |found, supported| OpenError::NewerFormat {
        place: place.clone(),
        found,
        supported,
    };
    if meta.format > FORMAT {
        return Err(newer(meta.format, FORMAT));
    }
    if let Some(content) = shared.options.content {
        match content.format_in(&meta.content) {
            None => {
                return Err(OpenError::NotAStore {
                    place: place.clone(),
                    found: Found::ForeignContent,
                });
            }
            Some(found) if found > content.format() => {
                return Err(newer(found, content.format()));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Whether the servers take as many operations and bytes as the URL says. Nothing is written: both
/// requests only read, so they reach no log of the servers and need no cleaning up.
pub(crate) async fn probe(
    shared: &Shared,
    address: &Address,
    place: &Place,
) -> Result<(), OpenError> {
    let Shared { layout, nodes, .. } = shared;
    let get = TxnOp::get(layout.meta(), Some(GetOptions::new().with_count_only()));
    let operations = vec![get.clone(); address.operations()];
    if let Err(error) = nodes.look(Txn::new().and_then(operations)).await {
        return Err(match meaning(&error) {
            Meaning::TooMany => OpenError::Operations {
                place: place.clone(),
                asked: address.operations(),
            },
            _ => failed(place, error),
        });
    }
    // The limit holds for what is written. A request that only reads may have half a MiB more, but
    // not a byte beyond that, which tells the limit as well.
    let bytes = address.request_bytes() + SERVERS_ALLOWANCE - PROBE_SURROUNDS;
    let same = Compare::value(layout.meta(), CompareOp::Equal, vec![b' '; bytes]);
    let look = Txn::new().when([same]).and_then([get]);
    match nodes.look(look).await {
        Ok(_) => Ok(()),
        Err(error) if meaning(&error) == Meaning::TooLarge => Err(OpenError::RequestBytes {
            place: place.clone(),
            asked: address.request_bytes(),
        }),
        Err(error) => Err(failed(place, error)),
    }
}

/// What the key `meta` says.
struct Meta {
    format: u32,
    /// Whose records there are, as [`Content`](atlas_store::Content) notes it; empty where nobody said.
    content: String,
}

impl Meta {
    fn new(options: &Options) -> Self {
        let content = options.content.map(|content| content.to_string());
        Self {
            format: FORMAT,
            content: content.unwrap_or_default(),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(MARKER) {
            return None;
        }
        let mut meta = Self {
            format: 0,
            content: String::new(),
        };
        for line in lines {
            match line.split_once(' ') {
                Some(("format", format)) => meta.format = format.parse().ok()?,
                Some(("content", content)) => content.clone_into(&mut meta.content),
                // What a later version of the same format notes beside that.
                _ => {}
            }
        }
        (meta.format > 0).then_some(meta)
    }
}

impl core::fmt::Display for Meta {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { format, content } = self;
        writeln!(f, "{MARKER}\nformat {format}")?;
        writeln!(f, "writer {}", env!("CARGO_PKG_VERSION"))?;
        if content.is_empty() {
            return Ok(());
        }
        writeln!(f, "content {content}")
    }
}

async fn read_meta(layout: &Layout, nodes: &Nodes, place: &Place) -> Result<Meta, OpenError> {
    let all = layout.all();
    let any = GetOptions::new()
        .with_range(all.end)
        .with_limit(1)
        .with_keys_only();
    let look = Txn::new().and_then([
        TxnOp::get(layout.meta(), None),
        TxnOp::get(all.start, Some(any)),
    ]);
    let response = match nodes.look(look).await {
        Ok(response) => response,
        Err(error) => return Err(failed(place, error)),
    };
    let mut answers = found(&response);
    let meta = answers.next();
    let meta = meta.as_ref().and_then(|found| found.kvs().first());
    if let Some(meta) = meta {
        let text = meta.value_str().ok();
        return text.and_then(Meta::parse).ok_or_else(|| foreign(place));
    }
    let is_empty = answers.next().is_none_or(|found| found.kvs().is_empty());
    Err(if is_empty {
        OpenError::NotFound {
            place: place.clone(),
        }
    } else {
        foreign(place)
    })
}

fn foreign(place: &Place) -> OpenError {
    OpenError::NotAStore {
        place: place.clone(),
        found: Found::ForeignKeys,
    }
}

fn failed(place: &Place, error: Error) -> OpenError {
    let place = place.clone();
    let meaning = meaning(&error);
    let source = Box::new(Failed::from(error));
    match meaning {
        Meaning::NotSent | Meaning::Silence | Meaning::Behind => {
            OpenError::Unreachable { place, source }
        }
        _ => OpenError::Refused { place, source },
    }
}
