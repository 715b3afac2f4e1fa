//! How a parameter becomes a value, and which parameters there are.

use crate::{Ec2Error, form::Node};
use atlas_base::Timestamp;

/// What may stand below a name.
#[derive(Debug)]
pub(crate) enum Shape {
    Value,
    List(&'static Self),
    Struct(&'static [(&'static str, &'static Self)]),
}

impl Shape {
    /// Refuses what was never asked for, with its whole name.
    pub(crate) fn check(&self, node: &Node, name: &str) -> Result<(), Ec2Error> {
        if node.value.is_some() && !matches!(self, Self::Value) {
            return Err(Ec2Error::unknown_parameter(name));
        }
        for (part, below) in &node.below {
            let whole = if name.is_empty() {
                part.to_string()
            } else {
                format!("{name}.{part}")
            };
            let shape = match self {
                Self::List(of) if part.starts_with(|digit: char| digit.is_ascii_digit()) => {
                    Some(of)
                }
                Self::Struct(fields) => fields
                    .iter()
                    .find_map(|(field, shape)| (**field == **part).then_some(shape)),
                _ => None,
            };
            let Some(shape) = shape else {
                return Err(Ec2Error::unknown_parameter(&first_leaf(below, whole)));
            };
            shape.check(below, &whole)?;
        }
        Ok(())
    }

    /// All names, `N` standing for an index.
    pub(crate) fn names(&self, name: &str, into: &mut Vec<String>) {
        match self {
            Self::Value => into.push(name.to_owned()),
            Self::List(of) => of.names(&format!("{name}.N"), into),
            Self::Struct(fields) => {
                for (field, shape) in *fields {
                    if name.is_empty() {
                        shape.names(field, into);
                    } else {
                        shape.names(&format!("{name}.{field}"), into);
                    }
                }
            }
        }
    }
}

/// The name of the first parameter at or below a node.
fn first_leaf(node: &Node, name: String) -> String {
    match node.below.first_key_value() {
        Some((part, below)) if node.value.is_none() => first_leaf(below, format!("{name}.{part}")),
        _ => name,
    }
}

/// A place in the tree, which knows its whole name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    node: Option<&'a Node>,
    name: &'a str,
    up: Option<&'a Self>,
}

impl<'a> At<'a> {
    pub(crate) fn root(node: &'a Node) -> Self {
        let node = Some(node);
        Self {
            node,
            name: "",
            up: None,
        }
    }

    pub(crate) fn below(&'a self, name: &'a str) -> Self {
        let node = self.node.and_then(|node| node.below.get(name));
        let up = Some(self);
        Self { node, name, up }
    }

    pub(crate) fn is_there(&self) -> bool {
        self.node.is_some()
    }

    pub(crate) fn text(&self) -> Option<&'a str> {
        self.node?.value.as_deref()
    }

    pub(crate) fn name(&self) -> String {
        match self.up.map(Self::name) {
            Some(up) if !up.is_empty() => format!("{up}.{}", self.name),
            _ => self.name.to_owned(),
        }
    }

    /// The members of a list, by index.
    fn items<T: Parameter>(&self) -> Result<Vec<T>, Ec2Error> {
        let below = self.node.into_iter().flat_map(|node| node.below.keys());
        let mut indexes: Vec<(u32, &str)> = below
            .filter_map(|key| Some((key.parse().ok()?, &**key)))
            .collect();
        indexes.sort_unstable();
        let items = indexes
            .into_iter()
            .filter_map(|(_, key)| T::read(&self.below(key)).transpose());
        items.collect()
    }

    pub(crate) fn maybe<T: Parameter>(&self) -> Result<Option<T>, Ec2Error> {
        T::read(self)
    }

    /// An empty text is none where there must be one (EC2).
    pub(crate) fn needed<T: Parameter>(&self) -> Result<T, Ec2Error> {
        if self.text() == Some("") {
            return Err(Ec2Error::missing_parameter(&self.name()));
        }
        T::read(self)?.ok_or_else(|| Ec2Error::missing_parameter(&self.name()))
    }

    pub(crate) fn list<T: Parameter>(&self) -> Result<Vec<T>, Ec2Error> {
        self.items()
    }

    /// A list of at least one.
    pub(crate) fn some<T: Parameter>(&self) -> Result<Vec<T>, Ec2Error> {
        match self.items()? {
            none if none.is_empty() => {
                let name = self.name();
                // AWS has another name for this list than clients have.
                let name = if name == "ResourceId" {
                    "resourceIdSet"
                } else {
                    &name
                };
                Err(Ec2Error::missing_parameter(name))
            }
            items => Ok(items),
        }
    }

    pub(crate) fn flag(&self) -> Result<bool, Ec2Error> {
        Ok(bool::read(self)?.unwrap_or_default())
    }
}

/// What can be read from below a name.
pub(crate) trait Parameter: Sized {
    const SHAPE: &'static Shape;

    /// None where nothing is given.
    fn read(at: &At<'_>) -> Result<Option<Self>, Ec2Error>;
}

/// What is read from one text.
pub(crate) trait ParameterText: Sized {
    /// Reads a value of the parameter of this name.
    fn read_text(text: &str, name: &dyn Fn() -> String) -> Result<Self, Ec2Error>;
}

impl<T: ParameterText> Parameter for T {
    const SHAPE: &'static Shape = &Shape::Value;

    fn read(at: &At<'_>) -> Result<Option<Self>, Ec2Error> {
        let text = at.text();
        text.map(|text| T::read_text(text, &|| at.name()))
            .transpose()
    }
}

impl ParameterText for String {
    fn read_text(text: &str, _: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
        Ok(text.to_owned())
    }
}

impl ParameterText for bool {
    fn read_text(text: &str, name: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
        match text {
            "true" | "True" | "TRUE" | "1" => Ok(true),
            "false" | "False" | "FALSE" | "0" => Ok(false),
            _ => Err(Ec2Error::invalid_parameter(
                &name(),
                text,
                "Expected a boolean: true or false.",
            )),
        }
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl ParameterText for $number {
            fn read_text(text: &str, name: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
                text.parse().map_err(|_| {
                    let expected = format!("Expected an integer of at most {}.", Self::MAX);
                    Ec2Error::invalid_parameter(&name(), text, &expected)
                })
            }
        }
    )*};
}

numbers!(u32, u64);

impl ParameterText for Timestamp {
    fn read_text(text: &str, name: &dyn Fn() -> String) -> Result<Self, Ec2Error> {
        let date = text.len() == 10 && !text.contains('T');
        let whole = if date {
            format!("{text}T00:00:00Z")
        } else {
            text.to_owned()
        };
        Self::parse(&whole).map_err(|_| {
            let expected = "Expected a time such as 2026-01-02T03:04:05Z.";
            Ec2Error::invalid_parameter(&name(), text, expected)
        })
    }
}

/// Parameters with a field each; the table is the documentation.
///
/// `needed` must be there, `maybe` may be, `flag` is false where nothing is said, `list` may be empty
/// and `some` may not.
macro_rules! parameters {
    (@type needed $ty:ty) => { $ty };
    (@type maybe $ty:ty) => { Option<$ty> };
    (@type flag $ty:ty) => { $ty };
    (@type list $ty:ty) => { Vec<$ty> };
    (@type some $ty:ty) => { Vec<$ty> };
    (@shape list $ty:ty) => { &$crate::parameter::Shape::List(<$ty as $crate::parameter::Parameter>::SHAPE) };
    (@shape some $ty:ty) => { &$crate::parameter::Shape::List(<$ty as $crate::parameter::Parameter>::SHAPE) };
    (@shape $kind:ident $ty:ty) => { <$ty as $crate::parameter::Parameter>::SHAPE };
    (@doc needed) => { ", which must be there" };
    (@doc some) => { ", a list of at least one" };
    (@doc list) => { ", a list" };
    (@doc flag) => { ", false unless said" };
    (@doc maybe) => { "" };
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$fdoc:meta])* $kind:ident $field:ident: $ty:ty = $wire:literal;)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $(
                #[doc = concat!("`", $wire, "`", $crate::parameter::parameters!(@doc $kind), ".")]
                $(#[$fdoc])*
                pub $field: $crate::parameter::parameters!(@type $kind $ty),
            )*
        }

        impl $crate::parameter::Parameter for $name {
            const SHAPE: &'static $crate::parameter::Shape = &$crate::parameter::Shape::Struct(&[
                $(($wire, $crate::parameter::parameters!(@shape $kind $ty)),)*
            ]);

            fn read(at: &$crate::parameter::At<'_>) -> Result<Option<Self>, $crate::Ec2Error> {
                if !at.is_there() {
                    return Ok(None);
                }
                Ok(Some(Self { $($field: at.below($wire).$kind()?,)* }))
            }
        }
    )*};
}

/// Words of EC2's, of which one is chosen; `or` names what reads the word where it is written otherwise.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident $(or $other:ident)? { $($word:ident = $text:literal,)* } else $else:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`.")] $word,)*
        }

        impl $name {
            /// Every word.
            pub const fn all() -> &'static [Self] {
                &[$(Self::$word),*]
            }

            /// The word as it is written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)*
                }
            }

            /// Reads a word.
            pub fn known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$word),)*
                    _ => None,
                }
            }
        }

        impl $crate::parameter::ParameterText for $name {
            fn read_text(text: &str, name: &dyn Fn() -> String) -> Result<Self, $crate::Ec2Error> {
                let refuse: fn(&str, &str, &str) -> $crate::Ec2Error = $else;
                Self::known(text)$(.or_else(|| Self::$other(text)))?.ok_or_else(|| {
                    let words: Vec<_> = Self::all().iter().map(|word| word.as_str()).collect();
                    let expected = format!("Expected one of: {}.", words.join(", "));
                    refuse(&name(), text, &expected)
                })
            }
        }

        impl $crate::xml::Element for $name {
            fn write(&self, name: &str, xml: &mut $crate::xml::Xml) {
                xml.element(name, self.as_str());
            }
        }
    )*};
}

pub(crate) use {parameters, words};
