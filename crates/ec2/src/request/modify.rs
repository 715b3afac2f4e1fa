//! What `ModifyImageAttribute` asks for.

use super::{ModifyImageAttribute, check::Check};
use crate::{
    Description, Ec2Error, Grantees, ImageAttribute, ImdsSupport, OperationType, TextValue, common,
    parameter::ParameterText as _,
};
use atlas_image::{CloudText, ImageDescription, LaunchPermission, ProductCode};

/// What `ModifyImageAttribute` changes: one attribute a call (E07).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImageChange {
    /// The description, or none.
    Description(Option<ImageDescription>),
    /// Launch permissions; those to take back go first.
    LaunchPermissions {
        /// To whom it is opened.
        add: Vec<LaunchPermission>,
        /// To whom it is closed.
        remove: Vec<LaunchPermission>,
    },
    /// Product codes to add: none is ever taken away.
    ProductCodes(Vec<ProductCode>),
    /// The version of the metadata service that is demanded.
    ImdsSupport(CloudText),
}

impl Check for ModifyImageAttribute {
    fn check(&self) -> Result<(), Ec2Error> {
        if self.names_nothing() {
            // That is told after whether the caller may, since a request that is only tried asks for no more.
            return Ok(());
        }
        self.change().map(drop)
    }
}

impl ModifyImageAttribute {
    /// What is to change: one attribute a call, and nothing in part (AWS).
    ///
    /// # Errors
    ///
    /// Nothing is named, or several attributes are, or one that cannot be changed, or nobody is called
    /// as a launch permission says.
    pub fn change(&self) -> Result<ImageChange, Ec2Error> {
        let mut changes = Vec::new();
        let (mut add, mut remove) = match &self.launch_permission {
            Some(change) => (to(&change.add), to(&change.remove)),
            None => (Vec::new(), Vec::new()),
        };
        let named = self.grantees()?;
        if !named.is_empty() {
            match self.operation_type {
                Some(OperationType::Add) => add.extend(named),
                Some(OperationType::Remove) => remove.extend(named),
                None => return Err(Ec2Error::missing_parameter("OperationType")),
            }
        }
        if !add.is_empty() || !remove.is_empty() {
            changes.push((
                ImageAttribute::LaunchPermission,
                ImageChange::LaunchPermissions { add, remove },
            ));
        }
        if !self.product_codes.is_empty() {
            if self.operation_type == Some(OperationType::Remove) {
                return Err(Ec2Error::invalid_combination(
                    "Product codes cannot be removed from an image.",
                ));
            }
            let codes = self.product_codes.iter().cloned();
            let codes = codes.map(|code| ProductCode { code, kind: None }).collect();
            changes.push((
                ImageAttribute::ProductCodes,
                ImageChange::ProductCodes(codes),
            ));
        }
        if let Some(TextValue { value }) = &self.description {
            changes.push(described(value.as_deref())?);
        }
        if let Some(TextValue { value }) = &self.imds_support {
            changes.push(demanded(value.as_deref())?);
        }
        if self.value.is_some() {
            changes.push(match self.attribute {
                Some(ImageAttribute::Description) => described(self.value.as_deref())?,
                Some(ImageAttribute::ImdsSupport) => demanded(self.value.as_deref())?,
                Some(other) => return Err(Ec2Error::invalid_attribute(other.as_str())),
                None => return Err(Ec2Error::missing_parameter("Attribute")),
            });
        }
        let one = changes.pop();
        if !changes.is_empty() {
            let message = "Only one attribute of an image can be modified in a request.";
            return Err(Ec2Error::invalid_combination(message));
        }
        match (self.attribute, one) {
            (None, Some((_, change))) => Ok(change),
            (Some(named), Some((attribute, change))) if named == attribute => Ok(change),
            (Some(_), Some(_)) => {
                let message =
                    "The parameter Attribute names another attribute than the one to modify.";
                Err(Ec2Error::invalid_combination(message))
            }
            (Some(ImageAttribute::LaunchPermission), None) => {
                Err(Ec2Error::missing_parameter("LaunchPermission"))
            }
            (Some(ImageAttribute::ProductCodes), None) => {
                Err(Ec2Error::missing_parameter("ProductCode"))
            }
            (Some(ImageAttribute::Description | ImageAttribute::ImdsSupport), None) => {
                Err(Ec2Error::missing_parameter("Value"))
            }
            (Some(other), None) => Err(Ec2Error::invalid_attribute(other.as_str())),
            (None, None) => Err(unspecified()),
        }
    }

    /// Whether no attribute is named at all: clients ask so whether they might change one.
    pub fn names_nothing(&self) -> bool {
        matches!(self.change(), Err(error) if error == unspecified())
    }

    /// Those whom the older form of the request names.
    fn grantees(&self) -> Result<Vec<LaunchPermission>, Ec2Error> {
        let lists = [
            ("userId", &self.user_ids),
            ("group", &self.user_groups),
            ("organizationArn", &self.organization_arns),
            ("organizationalUnitArn", &self.organizational_unit_arns),
        ];
        let all = lists
            .into_iter()
            .flat_map(|(item, texts)| texts.iter().map(move |text| (item, text)));
        all.map(|(item, text)| common::grantee(item, text))
            .collect()
    }
}

fn unspecified() -> Ec2Error {
    Ec2Error::invalid_combination("No attributes specified.")
}

fn to(items: &[Grantees]) -> Vec<LaunchPermission> {
    items.iter().flat_map(Grantees::all).cloned().collect()
}

fn described(value: Option<&str>) -> Result<(ImageAttribute, ImageChange), Ec2Error> {
    let text = value.ok_or_else(|| Ec2Error::missing_parameter("Description.Value"))?;
    let description = Description::read_text(text, &|| "Description.Value".to_owned())?;
    let change = ImageChange::Description(description.text().cloned());
    Ok((ImageAttribute::Description, change))
}

fn demanded(value: Option<&str>) -> Result<(ImageAttribute, ImageChange), Ec2Error> {
    let text = value.ok_or_else(|| Ec2Error::missing_parameter("ImdsSupport.Value"))?;
    let name = || "ImdsSupport.Value".to_owned();
    let word = ImdsSupport::read_text(text, &name)?;
    let version = CloudText::read_text(word.as_str(), &name)?;
    Ok((
        ImageAttribute::ImdsSupport,
        ImageChange::ImdsSupport(version),
    ))
}
