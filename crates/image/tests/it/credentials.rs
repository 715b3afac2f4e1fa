//! Credentials, and where they let an image be registered.

use crate::{AMI, credential, decided, location, now, request, scope};
use atlas_image::{
    AddCredential, AddCredentialError, AddCredentialFacts, Credential, CredentialId, RegisterError,
    RegisterImage, RemoveCredentialError, SecretRef, add_credential, remove_credential,
};
use atlas_image_id::Cloud;
use atlas_scope::Scope;

fn added(
    request: AddCredential,
    same_name: Option<&Credential>,
) -> Result<Credential, AddCredentialError> {
    let facts = AddCredentialFacts {
        same_name,
        id: CredentialId::from_u128(9),
        now: now(),
    };
    add_credential(request, &facts)
}

fn wanted(at: &str, cloud: Cloud, installation: Option<&str>) -> AddCredential {
    AddCredential {
        scope: scope(at),
        cloud,
        installation: installation.map(|text| text.parse().unwrap()),
        name: "main".parse().unwrap(),
        secret: SecretRef::parse("vault:cloud/main").unwrap(),
    }
}

/// Where the refusal says that the image could be registered.
#[track_caller]
fn possible(request: RegisterImage, credentials: &[Credential]) -> Vec<Scope> {
    match decided(request, credentials, &[]) {
        Err(RegisterError::NoCredential { possible, .. }) => possible,
        other => panic!("{other:?}"),
    }
}

#[test]
fn c01_a_credential_belongs_to_one_scope_and_one_cloud() {
    let credential = added(wanted("/acme", Cloud::OpenStack, Some("corp")), None).unwrap();
    assert_eq!(
        (credential.scope(), credential.cloud()),
        (&scope("/acme"), Cloud::OpenStack)
    );
    assert!(credential.is_for(&location("openstack:corp/RegionOne")));
    assert!(credential.is_for(&location("openstack:corp/RegionTwo")));
    for other in [
        "openstack/RegionOne",
        "openstack:lab/RegionOne",
        "vmware:corp/DC1",
        "aws/us-east-1",
    ] {
        assert!(!credential.is_for(&location(other)), "{other}");
    }
}

#[test]
fn c01_a_credential_holds_a_reference_to_its_secret() {
    let credential = added(wanted("/acme", Cloud::Aws, None), None).unwrap();
    let json = serde_json::to_string(&credential).unwrap();
    insta::assert_snapshot!(json, @r#"
    {"id":"cred-00000000000000000000000000000009","scope":"/acme","cloud":"aws","name":"main","secret":"vault:cloud/main","created":"2026-07-21T14:07:12Z"}
    "#);
    assert_eq!(
        serde_json::from_str::<Credential>(&json).unwrap(),
        credential
    );
    let extra = json.replace("\"secret\"", "\"password\":\"x\",\"secret\"");
    assert!(serde_json::from_str::<Credential>(&extra).is_err());
}

#[test]
fn c01_a_name_is_used_once_in_a_scope() {
    let there = credential(1, "/acme", "aws/us-east-1", "main");
    let refused = added(wanted("/acme", Cloud::Azure, None), Some(&there));
    let (scope, name) = (scope("/acme"), "main".parse().unwrap());
    assert_eq!(refused, Err(AddCredentialError::NameTaken { scope, name }));
    assert!(added(wanted("/acme/prod", Cloud::Aws, None), Some(&there)).is_ok());
}

#[test]
fn c01_only_clouds_with_installations_name_one() {
    for cloud in Cloud::all() {
        let named = added(wanted("/", *cloud, Some("corp")), None);
        match cloud {
            Cloud::Local => assert_eq!(named, Err(AddCredentialError::NotNeeded)),
            cloud if cloud.has_installations() => assert!(named.is_ok()),
            _ => assert!(matches!(
                named,
                Err(AddCredentialError::NoInstallations { .. })
            )),
        }
    }
}

#[test]
fn c02_an_image_is_registered_at_the_scope_of_a_credential_or_below() {
    let credentials = [credential(4, "/acme", "aws/us-east-1", "main")];
    for at in ["/acme", "/acme/prod"] {
        let registered = decided(request(at, "aws/us-east-1", AMI), &credentials, &[]).unwrap();
        assert_eq!(
            registered.record.credential(),
            Some(CredentialId::from_u128(4))
        );
    }
}

#[test]
fn c02_a_refusal_names_the_scopes_where_it_could_be() {
    let credentials = [
        credential(1, "/globex", "aws/us-east-1", "main"),
        credential(2, "/acme/prod", "aws/us-east-1", "main"),
        credential(3, "/acme/prod", "aws/us-east-1", "spare"),
        credential(4, "/acme/test", "azure", "main"),
    ];
    let at = |at| possible(request(at, "aws/eu-west-1", AMI), &credentials);
    assert_eq!(at("/"), [scope("/acme/prod"), scope("/globex")]);
    assert_eq!(at("/acme"), [scope("/acme/prod")]);
    assert_eq!(at("/acme/test"), [], "siblings are not named");
}

#[test]
fn c02_a_credential_above_does_not_reach_another_cloud() {
    let credentials = [
        credential(1, "/", "azure", "main"),
        credential(2, "/", "openstack:lab/RegionOne", "lab"),
    ];
    let uuid = "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";
    assert_eq!(
        possible(request("/acme", "aws/us-east-1", AMI), &credentials),
        []
    );
    assert_eq!(
        possible(
            request("/acme", "openstack:corp/RegionOne", uuid),
            &credentials
        ),
        []
    );
    assert!(
        decided(
            request("/acme", "openstack:lab/RegionTwo", uuid),
            &credentials,
            &[]
        )
        .is_ok()
    );
}

#[test]
fn c03_a_credential_in_use_is_not_removed() {
    let credential = credential(1, "/acme", "aws/us-east-1", "main");
    let refused = remove_credential(&credential, 3).unwrap_err();
    let RemoveCredentialError::InUse { images, .. } = refused else {
        panic!("{refused}")
    };
    assert_eq!(images, 3);
    assert_eq!(remove_credential(&credential, 0), Ok(()));
}

#[test]
fn c05_the_image_repository_needs_no_credential() {
    let registered = decided(request("/acme", "local/main", AMI), &[], &[]).unwrap();
    assert_eq!(registered.record.credential(), None);
    let mut named = request("/acme", "local/main", AMI);
    named.credential = Some("main".parse().unwrap());
    let refused = decided(named, &[], &[]).unwrap_err();
    assert!(
        matches!(refused, RegisterError::NoSuchCredential { .. }),
        "{refused}"
    );
}

#[test]
fn i12_the_only_credential_that_fits_is_implied() {
    let credentials = [
        credential(1, "/acme", "azure", "azure"),
        credential(2, "/acme", "aws/us-east-1", "main"),
        credential(3, "/acme/test", "aws/us-east-1", "test"),
    ];
    let registered = decided(
        request("/acme/prod", "aws/us-east-1", AMI),
        &credentials,
        &[],
    )
    .unwrap();
    assert_eq!(
        registered.record.credential(),
        Some(CredentialId::from_u128(2))
    );
}

#[test]
fn i12_the_credential_is_asked_for_when_several_fit() {
    let credentials = [
        credential(1, "/", "aws/us-east-1", "main"),
        credential(2, "/acme", "aws/us-east-1", "spare"),
        credential(3, "/acme", "aws/us-east-1", "main"),
    ];
    let mut request = request("/acme", "aws/us-east-1", AMI);
    let refused = decided(request.clone(), &credentials, &[]).unwrap_err();
    let RegisterError::SeveralCredentials { fitting, .. } = refused else {
        panic!("{refused}")
    };
    let fitting: Vec<_> = fitting.iter().map(ToString::to_string).collect();
    assert_eq!(fitting, ["main", "spare"]);

    let mut used = |name: &str| {
        request.credential = Some(name.parse().unwrap());
        decided(request.clone(), &credentials, &[]).map(|registered| registered.record.credential())
    };
    assert_eq!(used("spare"), Ok(Some(CredentialId::from_u128(2))));
    assert_eq!(
        used("main"),
        Ok(Some(CredentialId::from_u128(3))),
        "the nearest of that name"
    );
    let refused = used("elsewhere").unwrap_err();
    assert!(
        matches!(refused, RegisterError::NoSuchCredential { .. }),
        "{refused}"
    );
}
