//! One call: connections, redirects and parts, until all is there.

use crate::{
    Answer, Fetch, FetchError, FetchLimits, Fetcher, Framing, ParseAnswerError, SourceUrl,
    body::Body,
    pace::{Halt, Pace},
    part::{Content, Part},
    resolve::{apart, judged},
    wire::{Connection, unreachable},
};
use core::net::SocketAddr;
use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    sync::Arc,
};

/// The most bytes before the body of an answer.
const MOST_HEAD: u64 = 64 << 10;

/// How many bytes are read at once.
const BUFFER: usize = 128 << 10;

/// One call of a fetcher.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    fetcher: &'a Fetcher,
    ask: &'a Fetch,
    pace: &'a Pace<'a>,
    /// Where hosts are: each is asked for once, so that it stays where it was judged to be.
    hosts: BTreeMap<String, Vec<core::net::IpAddr>>,
    /// How far it was told to be.
    told: u64,
}

/// An answer whose body is still to come.
struct Open<'a> {
    url: SourceUrl,
    answer: Answer,
    input: BufReader<Connection<'a>>,
}

/// How a connection ended.
enum Ended {
    Whole,
    /// It brought so many bytes, and not all.
    Cut(u64, io::Error),
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(fetcher: &'a Fetcher, ask: &'a Fetch, pace: &'a Pace<'a>) -> Self {
        Self {
            fetcher,
            ask,
            pace,
            hosts: BTreeMap::new(),
            told: 0,
        }
    }

    fn limits(&self) -> &'a FetchLimits {
        &self.ask.limits
    }

    /// Brings all of it into the part, and tells where it came from at last.
    pub(crate) fn run(&mut self, part: &mut Part) -> Result<SourceUrl, FetchError> {
        let mut resumes = 0;
        loop {
            let open = self.open(part)?;
            let Some(mut open) = self.begin(part, open)? else {
                // Whoever has nothing behind what we have has another file, or a shorter one.
                part.begin(None)?;
                continue;
            };
            let (brought, source) = match self.body(part, &mut open)? {
                Ended::Whole => return Ok(open.url),
                Ended::Cut(brought, source) => (brought, source),
            };
            if brought == 0 || part.content().is_none() || resumes >= self.limits().resumes {
                return Err(FetchError::Cut {
                    url: open.url,
                    done: part.length(),
                    source,
                });
            }
            resumes = resumes.saturating_add(1);
        }
    }

    /// Asks for what is missing, and follows redirects.
    fn open(&mut self, part: &Part) -> Result<Open<'a>, FetchError> {
        let mut url = self.ask.url.clone();
        let mut redirects = 0_u32;
        loop {
            let connection = self.connect(&url)?;
            let mut input = BufReader::with_capacity(BUFFER, connection);
            let request = request(&url, part);
            let asked = input.get_mut().write_all(request.as_bytes());
            let asked = asked.and_then(|()| input.get_mut().flush());
            asked.map_err(|error| self.unreachable(&url, error))?;
            let answer = self.head(&url, &mut input)?;
            if !matches!(answer.status(), 301 | 302 | 303 | 307 | 308) {
                return Ok(Open { url, answer, input });
            }
            redirects = redirects.saturating_add(1);
            let location = answer.location().unwrap_or_default();
            let policy = &self.fetcher.policy;
            url = policy.check_redirect(&url, location, redirects)?;
        }
    }

    fn connect(&mut self, url: &SourceUrl) -> Result<Connection<'a>, FetchError> {
        let addresses = self.addresses(url)?;
        let tls = self.fetcher.tls.as_ref();
        Connection::open(url, &addresses, tls, self.limits(), self.pace)
    }

    /// The addresses that may be connected to.
    fn addresses(&mut self, url: &SourceUrl) -> Result<Vec<SocketAddr>, FetchError> {
        let policy = &self.fetcher.policy;
        if let Some(address) = url.address() {
            return judged(url, &[address], policy);
        }
        if let Some(found) = self.hosts.get(url.host()) {
            return judged(url, found, policy);
        }
        let (resolver, host) = (Arc::clone(&self.fetcher.resolver), url.host().to_owned());
        let found = apart(self.pace, self.limits().connect, move || {
            resolver.resolve(&host)
        });
        let found = found.map_err(|error| self.unreachable(url, error))?;
        let addresses = judged(url, &found, policy)?;
        self.hosts.insert(url.host().to_owned(), found);
        Ok(addresses)
    }

    /// The head of the answer, behind others that only say to wait.
    fn head(
        &self,
        url: &SourceUrl,
        input: &mut BufReader<Connection<'a>>,
    ) -> Result<Answer, FetchError> {
        let mut left = MOST_HEAD;
        loop {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") && !head.ends_with(b"\n\n") {
                let read = input.by_ref().take(left).read_until(b'\n', &mut head);
                let count = read.map_err(|error| self.unreachable(url, error))?;
                if count == 0 && left > 0 {
                    let error = io::ErrorKind::UnexpectedEof.into();
                    return Err(self.unreachable(url, error));
                }
                left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
                if left == 0 {
                    let (url, most) = (url.clone(), MOST_HEAD);
                    return Err(FetchError::LongHead { url, most });
                }
            }
            let answer = Answer::parse(&head).map_err(|source| {
                let url = url.clone();
                FetchError::Answer { url, source }
            })?;
            if !matches!(answer.status(), 100 | 102..=199) {
                return Ok(answer);
            }
        }
    }

    /// Whether the body is what is missing or all anew, or (`None`) cannot be had from where the part
    /// ends.
    fn begin(&self, part: &mut Part, open: Open<'a>) -> Result<Option<Open<'a>>, FetchError> {
        let (answer, url) = (&open.answer, &open.url);
        let has_part = part.content().is_some();
        match answer.status() {
            200 => {}
            206 if has_part => {}
            416 if has_part => return Ok(None),
            206 => {
                return Err(FetchError::Range {
                    url: url.clone(),
                    from: 0,
                    found: answer.range(),
                });
            }
            status => {
                let url = url.clone();
                return Err(FetchError::Status { url, status });
            }
        }
        if let Some(encoding) = answer.encoding() {
            let (url, encoding) = (url.clone(), encoding.to_owned());
            return Err(FetchError::Encoded { url, encoding });
        }
        if answer.status() == 206 {
            return Ok(self.goes_on(part, &open)?.then_some(open));
        }
        if answer.framing() == Framing::UntilClose && self.ask.expected.is_none() {
            return Err(FetchError::NoLength { url: url.clone() });
        }
        let total = match answer.framing() {
            Framing::Length(total) => Some(total),
            Framing::Chunked | Framing::UntilClose => None,
        };
        self.check_length(url, total)?;
        let content = answer.validator().map(|validator| Content {
            validator: validator.clone(),
            total,
        });
        part.begin(content)?;
        Ok(Some(open))
    }

    /// Whether a part that came is what was asked for. It is none of this content where its validator is
    /// another one, though the server was told which one.
    fn goes_on(&self, part: &mut Part, open: &Open<'a>) -> Result<bool, FetchError> {
        let Some(content) = part.content() else {
            return Ok(false);
        };
        let (answer, from) = (&open.answer, part.length());
        if !content.validator.agrees(answer.validator()) {
            return Ok(false);
        }
        let range = answer.range().filter(|range| {
            let is_length = match answer.framing() {
                Framing::Length(length) => length == range.length(),
                Framing::Chunked | Framing::UntilClose => true,
            };
            let known = content.total.or(range.total());
            range.first() == from && is_length && known.is_some() && known == range.total()
        });
        let Some(total) = range.and_then(|it| it.total()) else {
            return Err(FetchError::Range {
                url: open.url.clone(),
                from,
                found: answer.range(),
            });
        };
        self.check_length(&open.url, Some(total))?;
        part.learn(total);
        Ok(true)
    }

    fn check_length(&self, url: &SourceUrl, length: Option<u64>) -> Result<(), FetchError> {
        let most = self.limits().bytes;
        if length.is_some_and(|length| length > most) {
            let url = url.clone();
            return Err(FetchError::TooLarge { url, most, length });
        }
        Ok(())
    }

    /// Takes the body into the part, as far as it comes.
    fn body(&mut self, part: &mut Part, open: &mut Open<'a>) -> Result<Ended, FetchError> {
        let (url, answer) = (&open.url, &open.answer);
        // How many bytes there are in all, and up to where this answer goes.
        let (total, end) = match (answer.range(), answer.framing()) {
            (Some(range), _) => {
                let end = range.first().saturating_add(range.length());
                (range.total(), Some(end))
            }
            (_, Framing::Length(length)) => (Some(length), Some(length)),
            _ => (None, None),
        };
        let mut body = Body::new(&mut open.input, answer.framing());
        let mut buffer = vec![0; BUFFER];
        let mut brought = 0_u64;
        self.tell(part, total);
        loop {
            let count = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) => return self.ended(url, brought, error),
            };
            let bytes = buffer.get(..count).unwrap_or_default();
            let more = u64::try_from(count).unwrap_or(u64::MAX);
            let length = part.length().saturating_add(more);
            let most = self.limits().bytes.min(end.unwrap_or(u64::MAX));
            if length > most {
                return Err(FetchError::TooLarge {
                    url: url.clone(),
                    most,
                    length: None,
                });
            }
            part.write(bytes)?;
            brought = brought.saturating_add(more);
            self.tell(part, total);
        }
        // Less than all is as good as a cut: the rest can be asked for.
        if total.is_some_and(|total| part.length() < total) {
            return Ok(Ended::Cut(brought, io::ErrorKind::UnexpectedEof.into()));
        }
        Ok(Ended::Whole)
    }

    /// What an error in a body means.
    fn ended(&self, url: &SourceUrl, brought: u64, error: io::Error) -> Result<Ended, FetchError> {
        if let Some(halt) = Halt::of(&error) {
            return Err(FetchError::halted(halt, url, self.limits().time));
        }
        let said = error
            .get_ref()
            .and_then(|it| it.downcast_ref::<ParseAnswerError>());
        match said {
            Some(source) => Err(FetchError::Answer {
                url: url.clone(),
                source: source.clone(),
            }),
            None => Ok(Ended::Cut(brought, error)),
        }
    }

    fn tell(&mut self, part: &Part, total: Option<u64>) {
        self.told = self.told.max(part.length());
        self.pace.watch().tell(self.told, total);
    }

    fn unreachable(&self, url: &SourceUrl, error: io::Error) -> FetchError {
        unreachable(url, self.limits(), error)
    }
}

/// The request for all of it, or for what is missing if it is still the same.
fn request(url: &SourceUrl, part: &Part) -> String {
    let missing = match part.content() {
        Some(content) => format!(
            "Range: bytes={}-\r\nIf-Range: {}\r\n",
            part.length(),
            content.validator
        ),
        None => String::new(),
    };
    format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: cloud-atlas/{}\r\nAccept: */*\r\n\
         Accept-Encoding: identity\r\nConnection: close\r\n{missing}\r\n",
        url.target(),
        url.authority(),
        env!("CARGO_PKG_VERSION"),
    )
}
