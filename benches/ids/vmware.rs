//! VMware, scanned by hand.

pub(crate) fn hand(text: &str) -> bool {
    parts(text.as_bytes()).is_some()
}

/// The datacenter or library, what stands between, and the name; a reference's number or a UUID alone.
fn parts(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    match text.first()? {
        b'/' => path(text),
        b'v' | b'V' => {
            let value = text.strip_prefix(b"VirtualMachine:").unwrap_or(text);
            let number = value.strip_prefix(b"vm-")?;
            let is_number = matches!(number.len(), 1..=19) && number.iter().all(u8::is_ascii_digit);
            is_number.then_some((b"", b"", number))
        }
        _ => is_uuid(text).then_some((b"", b"", text)),
    }
}

fn path(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut tree = None;
    let mut count = 0;
    let (mut start, mut before) = (1, 1);
    loop {
        let (end, is_last) = name_end(text, start)?;
        let name = text.get(start..end)?;
        count += 1;
        if count > 1 && tree.is_none() {
            match name {
                b"vm" => tree = Some((before, start)),
                b"host" | b"datastore" | b"network" => return None,
                _ => {}
            }
        }
        if is_last {
            return match tree {
                Some((_, at)) if at == start => None,
                Some((datacenter, at)) => Some((
                    text.get(datacenter..at - 1)?,
                    text.get(at + 3..start)?,
                    name,
                )),
                None if count == 2 => Some((text.get(1..start - 1)?, b"", name)),
                None => None,
            };
        }
        before = start;
        start = end + 1;
    }
}

/// Where the name that begins at `start` ends, and whether the text does.
fn name_end(text: &[u8], start: usize) -> Option<(usize, bool)> {
    let mut at = start;
    let mut escapes = 0;
    let is_last = loop {
        let rest = text.get(at..)?;
        let is_plain = |byte: &u8| PLAIN.get(usize::from(*byte)).is_some_and(|plain| *plain);
        let Some(plain) = rest.iter().position(|byte| !is_plain(byte)) else {
            at = text.len();
            break true;
        };
        at += plain;
        match rest.get(plain..)? {
            [b'/', ..] => break false,
            [b'%', b'2', b'f' | b'F' | b'5', ..] | [b'%', b'5', b'c' | b'C', ..] => {
                at += 3;
                escapes += 1;
            }
            _ => return None,
        }
    };
    let name = text.get(start..at)?;
    let is_name = matches!(name.len() - 2 * escapes, 1..=80)
        && !name.starts_with(b" ")
        && !name.ends_with(b" ")
        && !matches!(name, b"." | b".." | b"...");
    is_name.then_some((at, is_last))
}

/// What stands in a name for itself.
static PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        #[expect(clippy::indexing_slicing, reason = "at compile time")]
        {
            table[byte as usize] = !matches!(byte, b'*' | b'?' | b'[' | b'\\' | b'/' | b'%');
        }
        byte += 1;
    }
    table
};

fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
