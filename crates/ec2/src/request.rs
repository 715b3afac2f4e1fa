//! Requests: an action, and what every action may say.

mod around;
mod check;
mod image;
mod instance;
mod launch;
mod modify;

use self::check::Check as _;
pub use self::{
    around::{
        ClientData, CreateTags, DeleteSnapshot, DeleteTags, DescribeAccountAttributes,
        DescribeAvailabilityZones, DescribeImportImageTasks, DescribeRegions,
        DescribeSnapshotAttribute, DescribeSnapshots, DescribeTags, DiskContainer, ImportImage,
        LicenseConfiguration, UserBucket,
    },
    image::{
        CopyImage, CreateImage, DeregisterImage, DescribeImageAttribute, DescribeImages,
        DisableImage, DisableImageDeprecation, DisableImageDeregistrationProtection, EnableImage,
        EnableImageDeprecation, EnableImageDeregistrationProtection, LaunchPermissionChange,
        ModifyImageAttribute, RegisterImage, ResetImageAttribute,
    },
    instance::{
        DescribeInstances, DescribeVolumes, InstanceDevice, InstanceVolume,
        ModifyInstanceAttribute, RunInstances, TerminateInstances,
    },
    launch::{
        CapacityReservationSpecification, CapacityReservationTarget, ConnectionTracking,
        CpuOptions, CreditSpecification, ElasticGpu, ElasticInferenceAccelerator, EnaSrd,
        EnaSrdUdp, Enabled, HibernationOptions, InstanceMarketOptions, InstanceProfile, Ipv4Prefix,
        Ipv6Address, Ipv6Prefix, LaunchTemplate, MaintenanceOptions, MetadataOptions, Monitoring,
        NetworkInterface, NetworkPerformanceOptions, Operator, Placement, PrivateAddress,
        PrivateDnsNameOptions, SecondaryAddress, SecondaryInterface, SpotOptions,
    },
    modify::ImageChange,
};
use crate::{
    Ec2Error, ErrorCode, Form, Question,
    form::Node,
    parameter::{At, Parameter, Shape},
};

/// A request, read and checked as far as the protocol alone can.
///
/// ```
/// use atlas_ec2::{Action, Form, FormLimits, Request};
///
/// let body = b"Action=DescribeImages&Version=2016-11-15&ImageId.1=ami-0123456789abcdef0";
/// let form = Form::parse("", body, &FormLimits::default())?;
/// let request = Request::parse(&form)?;
/// match &request.action {
///     Action::DescribeImages(ask) => {
///         assert_eq!(ask.image_ids[0].as_str(), "ami-0123456789abcdef0");
///     }
///     other => panic!("{}", other.name()),
/// }
/// # Ok::<(), atlas_ec2::Ec2Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// What is to be done.
    pub action: Action,
    /// Whether it is only to be tried: where everything is right, the answer is
    /// [`DryRunOperation`](ErrorCode::DryRunOperation), and nothing is done.
    pub dry_run: bool,
    /// The version of the API that the client speaks, if it says so.
    pub version: Option<String>,
    /// What is asked, whichever page of it: pages are bound to it.
    pub question: Question,
}

impl Request {
    /// Reads a request. What signatures say (`X-Amz-…`) is left alone.
    ///
    /// # Errors
    ///
    /// The action is none, a parameter is unknown, missing or cannot have its value.
    pub fn parse(form: &Form) -> Result<Self, Ec2Error> {
        let action = form.get("Action").filter(|name| !name.is_empty());
        let name = action.ok_or_else(Ec2Error::missing_action)?;
        let mut root = form.root().clone();
        root.below.retain(|name, _| {
            !matches!(&**name, "Action" | "Version") && !name.starts_with("X-Amz-")
        });
        let version = form.get("Version").map(str::to_owned);
        if let Some(version) = &version {
            check_version(version)?;
        }
        let dry_run = At::root(&root).below("DryRun").flag()?;
        if let Some(node) = root.below.remove("DryRun") {
            Shape::Value.check(&node, "DryRun")?;
        }
        Ok(Self {
            action: Action::parse(name, &root)?,
            dry_run,
            version,
            question: Question::of(form),
        })
    }
}

/// A version is a date; every one is answered as `2016-11-15`, the only one that clients use.
fn check_version(text: &str) -> Result<(), Ec2Error> {
    let shape = |(found, shape): (u8, &u8)| match shape {
        b'0' => found.is_ascii_digit(),
        other => found == *other,
    };
    let fits = text.len() == 10 && text.bytes().zip(b"2000-00-00").skip(1).all(shape);
    if fits {
        return Ok(());
    }
    let shown = atlas_base::quoted(text).to_string().replace('`', "'");
    let message = format!("The requested version ({shown}) of service AmazonEC2 does not exist");
    Err(Ec2Error::new(ErrorCode::NoSuchVersion, message))
}

macro_rules! actions {
    ($($action:ident,)*) => {
        /// What is to be done, with its parameters.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Action {
            $(#[doc = concat!("`", stringify!($action), "`.")] $action(Box<$action>),)*
        }

        impl Action {
            /// The name of every action that is read.
            pub const fn names() -> &'static [&'static str] {
                &[$(stringify!($action)),*]
            }

            /// Its name.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$action(_) => stringify!($action),)*
                }
            }

            /// The names of all parameters of an action, `N` standing for an index; none where there is no such
            /// action. Those of every request, such as `DryRun`, are left out.
            pub fn parameters(action: &str) -> Option<Vec<String>> {
                let shape = match action {
                    $(stringify!($action) => <$action as Parameter>::SHAPE,)*
                    _ => return None,
                };
                let mut names = Vec::new();
                shape.names("", &mut names);
                Some(names)
            }

            fn parse(name: &str, root: &Node) -> Result<Self, Ec2Error> {
                match name {
                    $(stringify!($action) => {
                        <$action as Parameter>::SHAPE.check(root, "")?;
                        let read = $action::read(&At::root(root))?;
                        // INVARIANT: there always is a root.
                        let read = read.ok_or_else(Ec2Error::missing_action)?;
                        read.check()?;
                        Ok(Self::$action(Box::new(read)))
                    })*
                    _ => Err(Ec2Error::invalid_action(name)),
                }
            }
        }
    };
}

actions! {
    CreateImage, RegisterImage, DeregisterImage, DescribeImages, DescribeImageAttribute,
    ModifyImageAttribute, ResetImageAttribute, CopyImage, CreateTags, DeleteTags, DescribeTags,
    DescribeRegions, DescribeSnapshots, DescribeSnapshotAttribute, DeleteSnapshot, EnableImage, DisableImage,
    EnableImageDeprecation, DisableImageDeprecation, EnableImageDeregistrationProtection,
    DisableImageDeregistrationProtection, ImportImage, DescribeImportImageTasks,
    DescribeAccountAttributes, DescribeAvailabilityZones, RunInstances, DescribeInstances,
    TerminateInstances, ModifyInstanceAttribute, DescribeVolumes,
}
