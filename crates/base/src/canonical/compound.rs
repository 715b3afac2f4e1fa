//! Arrays, and objects whose members are put in order when they close.

use super::{CanonicalError, writer::CanonicalWriter};
use core::fmt::{self, Write as _};
use core::ops::Range;
use serde::{Serialize, ser};
use std::borrow::Cow;

/// An open array.
#[derive(Debug)]
pub struct Array<'a> {
    writer: &'a mut CanonicalWriter,
    close: &'static str,
    empty: bool,
}

impl<'a> Array<'a> {
    pub(super) fn open(writer: &'a mut CanonicalWriter, close: &'static str) -> Self {
        writer.out.push('[');
        Self {
            writer,
            close,
            empty: true,
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
        if !core::mem::take(&mut self.empty) {
            self.writer.out.push(',');
        }
        value.serialize(&mut *self.writer)
    }

    fn finish(self) {
        self.writer.out.push_str(self.close);
    }
}

macro_rules! array_doors {
    ($($trait:ident: $method:ident,)*) => {$(
        impl ser::$trait for Array<'_> {
            type Ok = ();
            type Error = CanonicalError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
                self.item(value)
            }

            fn end(self) -> Result<(), CanonicalError> {
                self.finish();
                Ok(())
            }
        }
    )*};
}

array_doors! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

/// An open object: its members stand behind one another in the output, and are put in order when it
/// closes, unless they are.
#[derive(Debug)]
pub struct Object<'a> {
    writer: &'a mut CanonicalWriter,
    close: &'static str,
    start: usize,
    /// The key, and where the member `"key":value` stands, counted from `start`.
    members: Vec<(Cow<'static, str>, Range<usize>)>,
}

impl<'a> Object<'a> {
    pub(super) fn open(writer: &'a mut CanonicalWriter, close: &'static str) -> Self {
        writer.out.push('{');
        let start = writer.out.len();
        Self {
            writer,
            close,
            start,
            members: Vec::new(),
        }
    }

    fn key(&mut self, key: Cow<'static, str>) {
        if !self.members.is_empty() {
            self.writer.out.push(',');
        }
        let start = self.writer.out.len() - self.start;
        self.writer.text(&key);
        self.writer.out.push(':');
        self.members.push((key, start..start));
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
        value.serialize(&mut *self.writer)?;
        let end = self.writer.out.len() - self.start;
        if let Some((_, member)) = self.members.last_mut() {
            member.end = end;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), CanonicalError> {
        if !self.members.is_sorted_by(|(l, _), (r, _)| l < r) {
            let written = self.writer.out.split_off(self.start);
            self.members.sort_by(|(l, _), (r, _)| l.cmp(r));
            let mut pairs = self.members.iter().zip(self.members.iter().skip(1));
            if let Some(((key, _), _)) = pairs.find(|((l, _), (r, _))| l == r) {
                let key = key.to_string();
                return Err(CanonicalError::DuplicateKey { key });
            }
            let members = self.members.into_iter();
            let members: Vec<_> = members.filter_map(|(_, at)| written.get(at)).collect();
            self.writer.out.push_str(&members.join(","));
        }
        self.writer.out.push_str(self.close);
        Ok(())
    }
}

impl ser::SerializeMap for Object<'_> {
    type Ok = ();
    type Error = CanonicalError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), CanonicalError> {
        // What cannot stand as a value, a floating point number say, cannot stand as a key.
        key.serialize(&mut CanonicalWriter::default())?;
        let mut text = String::new();
        write!(text, "{}", Scalar(key)).map_err(|_| CanonicalError::Key)?;
        self.key(Cow::Owned(text));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
        self.value(value)
    }

    fn end(self) -> Result<(), CanonicalError> {
        self.finish()
    }
}

macro_rules! struct_doors {
    ($($trait:ident,)*) => {$(
        impl ser::$trait for Object<'_> {
            type Ok = ();
            type Error = CanonicalError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), CanonicalError> {
                self.key(Cow::Borrowed(key));
                self.value(value)
            }

            fn end(self) -> Result<(), CanonicalError> {
                self.finish()
            }
        }
    )*};
}

struct_doors! { SerializeStruct, SerializeStructVariant, }

/// Shows what serialises to a scalar, and fails for anything else.
struct Scalar<'a, T: ?Sized>(&'a T);

impl<T: Serialize + ?Sized> fmt::Display for Scalar<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.serialize(f)
    }
}
