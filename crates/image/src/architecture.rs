//! Processor architectures.

use atlas_base::{quoted, text_form};
use core::fmt;

macro_rules! architectures {
    ($($(#[$doc:meta])* $name:ident = $text:literal $(| $alias:literal)*;)*) => {
        /// The processor architecture that an image is made for.
        ///
        /// The text form is the kernel's word; the words of clouds and distributions are read too
        /// (`arm64`, `amd64`). Order is the order of this list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Architecture {
            $($(#[$doc])* $name,)*
        }

        impl Architecture {
            /// Every architecture, in order.
            pub const fn all() -> &'static [Self] {
                &[$(Self::$name),*]
            }

            /// The text form.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($text $(| $alias)* => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

architectures! {
    /// Intel and AMD, 32 bits.
    I386 = "i386" | "i486" | "i586" | "i686" | "x86";
    /// Intel and AMD, 64 bits.
    X86_64 = "x86_64" | "amd64" | "x64";
    /// ARM, 64 bits.
    Aarch64 = "aarch64" | "arm64";
    /// ARM, 32 bits with hardware floating point.
    Armhf = "armhf" | "armv7l" | "armv7";
    /// POWER, 64 bits, little-endian.
    Ppc64le = "ppc64le" | "ppc64el";
    /// IBM Z.
    S390x = "s390x";
    /// RISC-V, 64 bits.
    Riscv64 = "riscv64";
    /// `LoongArch`, 64 bits.
    Loongarch64 = "loongarch64" | "loong64";
    /// A Mac with an Intel processor (AWS).
    X86_64Mac = "x86_64_mac";
    /// A Mac with an Apple processor (AWS).
    Arm64Mac = "arm64_mac";
}

impl Architecture {
    /// Reads the text form or another word for the same.
    ///
    /// # Errors
    ///
    /// It is none of these words; they are in lower case.
    pub fn parse(text: &str) -> Result<Self, ParseArchitectureError> {
        Self::known(text).ok_or_else(|| {
            let hint = Self::known(&text.to_ascii_lowercase())
                .map_or_else(String::new, |near| format!("; write `{near}`"));
            let words: Vec<_> = Self::all().iter().map(|known| known.as_str()).collect();
            let (shown, words) = (quoted(text), words.join(", "));
            let message = format!("{shown} is no architecture: expected one of {words}{hint}");
            ParseArchitectureError { message }
        })
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(Architecture, ParseArchitectureError);

/// Why a text is no [`Architecture`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseArchitectureError {
    message: String,
}

impl ParseArchitectureError {
    /// The byte offset at which the text stopped making sense: a word counts as a whole.
    pub fn at(&self) -> usize {
        0
    }
}

impl fmt::Display for ParseArchitectureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseArchitectureError {}
