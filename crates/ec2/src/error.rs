//! Errors as EC2 tells them.

use crate::xml::Xml;
use core::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal $(, $status:literal)?;)*) => {
        /// What went wrong, in EC2's word for it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* #[doc = concat!("\n\n`", $text, "`.")] $name,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const fn all() -> &'static [Self] {
                &[$(Self::$name),*]
            }

            /// The code as it is written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// The status of the answer.
            pub const fn status(self) -> u16 {
                match self {
                    $($(Self::$name => $status,)?)*
                    _ => 400,
                }
            }
        }
    };
}

codes! {
    /// The caller may not do it, or is not known.
    AuthFailure = "AuthFailure", 401;
    /// A signature is missing.
    MissingAuthenticationToken = "MissingAuthenticationToken", 403;
    /// A header or parameter of a signature is missing or cannot be read.
    IncompleteSignature = "IncompleteSignature";
    /// The signature is another.
    SignatureDoesNotMatch = "SignatureDoesNotMatch", 403;
    /// The access key is not known.
    InvalidClientTokenId = "InvalidClientTokenId", 403;
    /// The request was signed too long ago.
    RequestExpired = "RequestExpired";
    /// The caller has no permission.
    UnauthorizedOperation = "UnauthorizedOperation", 403;
    /// The request would have succeeded.
    DryRunOperation = "DryRunOperation", 412;
    /// No action is named.
    MissingAction = "MissingAction";
    /// There is no such action.
    InvalidAction = "InvalidAction";
    /// There is no such version of the API.
    NoSuchVersion = "NoSuchVersion";
    /// The query string or form cannot be read.
    MalformedQueryString = "MalformedQueryString";
    /// The request is too large.
    RequestEntityTooLarge = "RequestEntityTooLarge", 413;
    /// The request took too long to come.
    RequestTimeout = "RequestTimeout", 408;
    /// A parameter is missing.
    MissingParameter = "MissingParameter";
    /// A parameter was never asked for.
    UnknownParameter = "UnknownParameter";
    /// A parameter cannot have this value.
    InvalidParameterValue = "InvalidParameterValue";
    /// Parameters do not go together.
    InvalidParameterCombination = "InvalidParameterCombination";
    /// The request as a whole makes no sense, or names no attribute.
    InvalidRequest = "InvalidRequest";
    /// A token of another question, or none of ours.
    InvalidNextToken = "InvalidNextToken";
    /// There are too many values of filters.
    FilterLimitExceeded = "FilterLimitExceeded";
    /// There are no such images.
    InvalidAmiIdNotFound = "InvalidAMIID.NotFound";
    /// An image id is none.
    InvalidAmiIdMalformed = "InvalidAMIID.Malformed";
    /// The image cannot be used any more.
    InvalidAmiIdUnavailable = "InvalidAMIID.Unavailable";
    /// A launch permission names nobody.
    InvalidAmiAttributeItemValue = "InvalidAMIAttributeItemValue";
    /// The owner has an image of this name.
    InvalidAmiNameDuplicate = "InvalidAMIName.Duplicate";
    /// No image can have this name.
    InvalidAmiNameMalformed = "InvalidAMIName.Malformed";
    /// There are no such instances.
    InvalidInstanceIdNotFound = "InvalidInstanceID.NotFound";
    /// An instance id is none.
    InvalidInstanceIdMalformed = "InvalidInstanceID.Malformed";
    /// The instance is in another state.
    IncorrectInstanceState = "IncorrectInstanceState";
    /// There is no such snapshot.
    InvalidSnapshotNotFound = "InvalidSnapshot.NotFound";
    /// A snapshot id is none.
    InvalidSnapshotIdMalformed = "InvalidSnapshotID.Malformed";
    /// An image uses the snapshot.
    InvalidSnapshotInUse = "InvalidSnapshot.InUse";
    /// There is no such volume.
    InvalidVolumeNotFound = "InvalidVolume.NotFound";
    /// A volume id is none.
    InvalidVolumeIdMalformed = "InvalidVolumeID.Malformed";
    /// There is no such import.
    InvalidImportTaskIdNotFound = "InvalidConversionTaskId.NotFound";
    /// The id of an import is none.
    InvalidImportTaskIdMalformed = "InvalidConversionTaskId.Malformed";
    /// What is to be tagged cannot be.
    InvalidId = "InvalidID";
    /// The account number or alias is none.
    InvalidUserIdMalformed = "InvalidUserID.Malformed";
    /// Something else refers to it.
    DependencyViolation = "DependencyViolation";
    /// The image cannot do this in its state.
    InvalidImageState = "IncorrectState";
    /// The image is protected from being deregistered.
    OperationNotPermitted = "OperationNotPermitted";
    /// The same token came with another request.
    IdempotentParameterMismatch = "IdempotentParameterMismatch";
    /// A resource would have too many tags.
    TagLimitExceeded = "TagLimitExceeded";
    /// A region is none of ours.
    InvalidRegion = "InvalidRegion";
    /// A device is none.
    InvalidBlockDeviceMapping = "InvalidBlockDeviceMapping";
    /// There would be more instances than an account may have.
    InstanceLimitExceeded = "InstanceLimitExceeded";
    /// A limit of the account is reached.
    ResourceLimitExceeded = "ResourceLimitExceeded";
    /// It is not done here.
    UnsupportedOperation = "UnsupportedOperation";
    /// There are too many requests.
    RequestLimitExceeded = "RequestLimitExceeded", 503;
    /// The server failed.
    InternalError = "InternalError", 500;
    /// The server cannot answer now.
    ServiceUnavailable = "ServiceUnavailable", 503;
}

/// Why a request is refused: a code and a message, as EC2 gives them.
///
/// Messages are EC2's own where they are known, and so begin with a capital and end with a period
/// where EC2's do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ec2Error {
    code: ErrorCode,
    message: String,
}

impl Ec2Error {
    /// An error of any code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }

    /// The code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The status of the answer: 400 for most.
    pub fn status(&self) -> u16 {
        self.code.status()
    }

    /// The error document.
    pub fn to_xml(&self, request_id: &str) -> String {
        let mut xml = Xml::new();
        xml.open("Response");
        xml.open("Errors");
        xml.open("Error");
        xml.element("Code", self.code.as_str());
        xml.element("Message", self.message.as_str());
        xml.close("Error");
        xml.close("Errors");
        xml.element("RequestID", request_id);
        xml.close("Response");
        xml.finish()
    }
}

impl fmt::Display for Ec2Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for Ec2Error {}
