//! Answers, written as XML.

use crate::form::is_xml;
use atlas_base::Timestamp;
use core::fmt::Write as _;
use std::borrow::Cow;

/// The namespace of answers: libcloud wants the slash at its end.
pub const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

/// A document that is being written.
#[derive(Debug, Default)]
pub(crate) struct Xml {
    out: String,
}

impl Xml {
    pub(crate) fn new() -> Self {
        let out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        Self { out }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// What is written so far; what follows has as much room.
    pub(crate) fn take(&mut self) -> String {
        let room = String::with_capacity(self.out.len());
        core::mem::replace(&mut self.out, room)
    }

    pub(crate) fn open(&mut self, name: &str) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// The root of an answer.
    pub(crate) fn open_response(&mut self, action: &str, request_id: &str) {
        for part in ["<", action, "Response xmlns=\"", NAMESPACE, "\">"] {
            self.out.push_str(part);
        }
        self.element("requestId", request_id);
    }

    pub(crate) fn close_response(&mut self, action: &str) {
        for part in ["</", action, "Response>"] {
            self.out.push_str(part);
        }
    }

    /// An element, as far as there is something to say.
    #[inline]
    pub(crate) fn element<T: Element + ?Sized>(&mut self, name: &str, value: &T) {
        value.write(name, self);
    }

    /// Text as it stands between tags. What XML cannot hold becomes U+FFFD.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.bytes().position(is_special) {
            let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.out.push_str(plain);
            let mut characters = tail.chars();
            match characters.next() {
                Some('&') => self.out.push_str("&amp;"),
                Some('<') => self.out.push_str("&lt;"),
                Some('>') => self.out.push_str("&gt;"),
                Some('"') => self.out.push_str("&quot;"),
                // A reader makes a line feed of it where it stands bare.
                Some('\r') => self.out.push_str("&#13;"),
                Some(other) if is_xml(other) => self.out.push(other),
                Some(_) => self.out.push('\u{fffd}'),
                None => {}
            }
            rest = characters.as_str();
        }
        self.out.push_str(rest);
    }
}

/// What begins something that may have to be written otherwise; U+FFFE and U+FFFF begin with 0xEF.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | b'"' | 0xef)
        || (byte < b' ' && !matches!(byte, b'\t' | b'\n'))
}

/// What an element can hold.
pub(crate) trait Element {
    fn write(&self, name: &str, xml: &mut Xml);
}

impl Element for str {
    #[inline]
    fn write(&self, name: &str, xml: &mut Xml) {
        xml.open(name);
        xml.text(self);
        xml.close(name);
    }
}

impl Element for String {
    fn write(&self, name: &str, xml: &mut Xml) {
        self.as_str().write(name, xml);
    }
}

impl Element for Cow<'_, str> {
    fn write(&self, name: &str, xml: &mut Xml) {
        (**self).write(name, xml);
    }
}

impl Element for bool {
    fn write(&self, name: &str, xml: &mut Xml) {
        let word = if *self { "true" } else { "false" };
        word.write(name, xml);
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Element for $number {
            fn write(&self, name: &str, xml: &mut Xml) {
                xml.open(name);
                // Writing to a string cannot fail.
                let _ = write!(xml.out, "{self}");
                xml.close(name);
            }
        }
    )*};
}

numbers!(u32, u64, atlas_scope::AccountNumber);

impl Element for Timestamp {
    fn write(&self, name: &str, xml: &mut Xml) {
        iso(*self).write(name, xml);
    }
}

impl<T: Element + ?Sized> Element for &T {
    #[inline]
    fn write(&self, name: &str, xml: &mut Xml) {
        (**self).write(name, xml);
    }
}

impl<T: Element> Element for Option<T> {
    #[inline]
    fn write(&self, name: &str, xml: &mut Xml) {
        if let Some(value) = self {
            value.write(name, xml);
        }
    }
}

impl<T: Element> Element for Vec<T> {
    fn write(&self, name: &str, xml: &mut Xml) {
        xml.open(name);
        for item in self {
            item.write("item", xml);
        }
        xml.close(name);
    }
}

/// A moment as EC2 writes it, with three digits of a second: `2026-01-02T03:04:05.000Z`.
pub fn iso(moment: Timestamp) -> String {
    let text = moment.to_string();
    let whole = text.get(..19).unwrap_or(&text);
    let fraction = text.get(20..).unwrap_or_default().trim_end_matches('Z');
    let fraction = fraction.get(..3).unwrap_or(fraction);
    format!("{whole}.{fraction:0<3}Z")
}

/// Values with a name each, written in their order; the table is the documentation.
macro_rules! elements {
    ($($(#[$doc:meta])* $name:ident<$life:lifetime> {
        $($(#[$fdoc:meta])* $field:ident: $ty:ty = $wire:literal;)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name<$life> {
            $(#[doc = concat!("`", $wire, "`.")] $(#[$fdoc])* pub $field: $ty,)*
        }

        impl $crate::xml::Element for $name<'_> {
            fn write(&self, name: &str, xml: &mut $crate::xml::Xml) {
                xml.open(name);
                self.write_elements(xml);
                xml.close(name);
            }
        }

        impl $name<'_> {
            pub(crate) fn write_elements(&self, xml: &mut $crate::xml::Xml) {
                $(xml.element($wire, &self.$field);)*
            }
        }
    )*};
}

pub(crate) use elements;
