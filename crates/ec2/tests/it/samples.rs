//! One answer of each kind.

use crate::records::{ID, now, owner, record};
use atlas_ec2::{
    AccountAttributeItem, AccountAttributesDescribed, AttachmentItem, AttributeValue,
    AttributeValueItem, BucketItem, DeletedSnapshot, Done, GroupItem, ImageAttribute,
    ImageAttributeDescribed, ImageDeregistered, ImageItem, ImageMade, ImagesDescribed, ImportBegun,
    ImportTaskItem, ImportTasksDescribed, InstanceChangeItem, InstanceDeviceItem, InstanceItem,
    InstanceStateItem, InstanceVolumeItem, InstancesDescribed, InstancesRun, InstancesTerminated,
    MonitoringItem, PlacementItem, ProductCodeItem, RegionItem, RegionsDescribed, ReservationItem,
    Response, SnapshotAttributeDescribed, SnapshotDetail, SnapshotItem, SnapshotsDescribed,
    TagItem, TagPair, TagsDescribed, VolumeItem, VolumePermissionItem, VolumesDescribed, ZoneItem,
    ZonesDescribed,
};
use atlas_image::LaunchPermission;

fn tags() -> Vec<TagPair<'static>> {
    vec![
        TagPair {
            key: "team",
            value: "a&b",
        },
        TagPair {
            key: "stage",
            value: "<prod>",
        },
    ]
}

fn instance() -> InstanceItem<'static> {
    InstanceItem {
        instance_id: "i-12345678",
        image_id: "ami-12345678",
        state: InstanceStateItem::RUNNING,
        private_dns_name: "a.internal",
        dns_name: "a.example",
        reason: "none",
        key_name: Some("main"),
        launch_index: 1,
        instance_type: "m7i.large",
        launch_time: now(),
        placement: PlacementItem {
            availability_zone: "us-east-1a",
            group_name: "g",
            tenancy: "default",
        },
        kernel_id: Some("aki-12345678"),
        ramdisk_id: Some("ari-12345678"),
        platform: Some("windows"),
        monitoring: MonitoringItem { state: "disabled" },
        private_ip_address: Some("10.0.0.1"),
        ip_address: Some("192.0.2.1"),
        architecture: Some("x86_64"),
        root_device_type: Some("ebs"),
        root_device_name: Some("/dev/sda1"),
        block_device_mappings: vec![InstanceDeviceItem {
            device_name: "/dev/sda1",
            ebs: InstanceVolumeItem {
                volume_id: "vol-1",
                status: "attached",
                attach_time: now(),
                delete_on_termination: true,
            },
        }],
        virtualization_type: Some("hvm"),
        client_token: Some("token"),
        tags: Some(tags()),
        groups: vec![GroupItem {
            group_id: "sg-1",
            group_name: "default",
        }],
        hypervisor: Some("xen"),
        ebs_optimized: false,
        ena_support: Some(true),
        source_dest_check: Some(true),
        boot_mode: Some("uefi"),
    }
}

fn detail() -> SnapshotDetail<'static> {
    SnapshotDetail {
        description: Some("disk"),
        device_name: Some("/dev/sda1"),
        disk_image_size: Some(1_234),
        format: Some("RAW"),
        progress: Some("50"),
        snapshot_id: Some("snap-1"),
        status: Some("active"),
        status_message: Some("converting"),
        url: Some("https://example.org/a.raw?x=1&y=2"),
        bucket: Some(BucketItem {
            bucket: "b",
            key: "k",
        }),
    }
}

/// One answer of each kind, with everything in it.
pub(crate) fn all() -> Vec<(String, String)> {
    let record = record();
    let image = ImageItem::of(&record, owner(), true);
    let permissions = [
        LaunchPermission::Everybody,
        LaunchPermission::Account(owner()),
        LaunchPermission::parse("arn:aws:organizations::123456789012:organization/o-a1b2c3d4e5")
            .unwrap(),
        LaunchPermission::parse(
            "arn:aws:organizations::123456789012:ou/o-a1b2c3d4e5/ou-a1b2-c3d4e5f6",
        )
        .unwrap(),
    ];
    let attribute = |attribute, value| ImageAttributeDescribed {
        image_id: "ami-1",
        attribute,
        value,
    };
    let next_token = Some("token".to_owned());
    let mut answers: Vec<Box<dyn Response + '_>> = vec![
        Box::new(ImagesDescribed {
            images: vec![image.clone()],
            next_token: next_token.clone(),
        }),
        Box::new(ImageDeregistered {
            is_done: true,
            snapshots: Some(vec![DeletedSnapshot {
                snapshot_id: "snap-1",
                return_code: "success",
            }]),
        }),
        Box::new(attribute(
            ImageAttribute::LaunchPermission,
            AttributeValue::LaunchPermissions(&permissions),
        )),
        Box::new(attribute(
            ImageAttribute::ProductCodes,
            AttributeValue::ProductCodes(vec![ProductCodeItem {
                code: "a",
                kind: Some("devpay"),
            }]),
        )),
        Box::new(attribute(
            ImageAttribute::BlockDeviceMapping,
            AttributeValue::Devices(image.block_device_mappings.clone()),
        )),
        Box::new(TagsDescribed {
            tags: vec![TagItem {
                resource_id: "ami-1",
                resource_type: "image",
                key: "a",
                value: "b",
            }],
            next_token: next_token.clone(),
        }),
        Box::new(RegionsDescribed {
            regions: vec![RegionItem {
                region_name: "us-east-1",
                region_endpoint: "127.0.0.1:8773",
                opt_in_status: "opt-in-not-required",
            }],
        }),
        Box::new(ZonesDescribed {
            zones: vec![ZoneItem {
                zone_name: "us-east-1a",
                zone_state: "available",
                region_name: "us-east-1",
                zone_id: "use1-az1",
                group_name: "us-east-1",
                network_border_group: "us-east-1",
                zone_type: "availability-zone",
                opt_in_status: "opt-in-not-required",
            }],
        }),
        Box::new(AccountAttributesDescribed {
            attributes: vec![AccountAttributeItem {
                name: "supported-platforms",
                values: vec![AttributeValueItem { value: "VPC" }],
            }],
        }),
        Box::new(SnapshotAttributeDescribed {
            snapshot_id: "snap-1",
            product_codes: Some(vec![ProductCodeItem {
                code: "abc",
                kind: Some("marketplace"),
            }]),
            create_volume_permissions: Some(vec![
                VolumePermissionItem {
                    group: Some("all"),
                    user_id: None,
                },
                VolumePermissionItem {
                    group: None,
                    user_id: Some("123456789012"),
                },
            ]),
        }),
        Box::new(SnapshotsDescribed {
            snapshots: vec![SnapshotItem {
                snapshot_id: "snap-1",
                volume_id: "vol-1",
                status: "completed",
                status_message: Some("fine"),
                start_time: now(),
                progress: "100%",
                owner_id: owner(),
                owner_alias: Some("self"),
                description: "Created by CreateImage(i-1) for ami-1",
                volume_size: Some(8),
                encrypted: true,
                kms_key_id: Some("key"),
                storage_tier: Some("standard"),
                tags: tags(),
            }],
            next_token: next_token.clone(),
        }),
        Box::new(ImportBegun {
            import_task_id: "import-ami-1",
            architecture: Some("x86_64"),
            description: Some("d"),
            encrypted: Some(false),
            hypervisor: Some("xen"),
            image_id: Some("ami-1"),
            kms_key_id: Some("key"),
            license_type: Some("BYOL"),
            platform: Some("Linux"),
            progress: Some("2"),
            snapshots: vec![detail()],
            status: "active",
            status_message: Some("pending"),
            tags: tags(),
            usage_operation: Some("RunInstances"),
        }),
        Box::new(ImportTasksDescribed {
            tasks: vec![ImportTaskItem {
                import_task_id: "import-ami-1",
                architecture: Some("x86_64"),
                description: Some("d"),
                encrypted: Some(false),
                hypervisor: Some("xen"),
                image_id: Some("ami-1"),
                kms_key_id: Some("key"),
                license_type: Some("BYOL"),
                platform: Some("Linux"),
                progress: Some("2"),
                snapshots: vec![detail()],
                status: "active",
                status_message: Some("pending"),
                tags: tags(),
                usage_operation: Some("RunInstances"),
                boot_mode: Some("uefi"),
            }],
            next_token: next_token.clone(),
        }),
        Box::new(InstancesRun {
            reservation_id: "r-1",
            owner_id: owner(),
            groups: Vec::new(),
            instances: vec![instance()],
        }),
        Box::new(InstancesDescribed {
            reservations: vec![ReservationItem {
                reservation_id: "r-1",
                owner_id: owner(),
                groups: vec![GroupItem {
                    group_id: "sg-1",
                    group_name: "default",
                }],
                instances: vec![instance()],
            }],
            next_token: next_token.clone(),
        }),
        Box::new(InstancesTerminated {
            instances: vec![InstanceChangeItem {
                instance_id: "i-1",
                current_state: InstanceStateItem::SHUTTING_DOWN,
                previous_state: InstanceStateItem::RUNNING,
            }],
        }),
        Box::new(VolumesDescribed {
            volumes: vec![VolumeItem {
                volume_id: "vol-1",
                size: 8,
                snapshot_id: "snap-1",
                availability_zone: "us-east-1a",
                status: "in-use",
                create_time: now(),
                attachments: vec![AttachmentItem {
                    volume_id: "vol-1",
                    instance_id: "i-1",
                    device: "/dev/sda1",
                    status: "attached",
                    attach_time: now(),
                    delete_on_termination: true,
                }],
                tags: Some(tags()),
                volume_type: "gp3",
                iops: Some(3000),
                throughput: Some(125),
                encrypted: false,
                kms_key_id: Some("key"),
                multi_attach_enabled: false,
            }],
            next_token,
        }),
    ];
    for action in ["CreateImage", "RegisterImage", "CopyImage"] {
        answers.push(Box::new(ImageMade {
            action,
            image_id: "ami-12345678",
        }));
    }
    for attribute_name in ImageAttribute::all() {
        let is_text = !matches!(
            attribute_name,
            ImageAttribute::LaunchPermission
                | ImageAttribute::ProductCodes
                | ImageAttribute::BlockDeviceMapping
        );
        if is_text {
            answers.push(Box::new(attribute(
                *attribute_name,
                AttributeValue::Text(Some("a text")),
            )));
        }
    }
    for action in DONE {
        answers.push(Box::new(Done { action }));
    }
    let numbered = answers.iter().enumerate();
    numbered
        .map(|(number, answer)| {
            (
                format!("{}.{number:02}", answer.action()),
                answer.to_xml(ID),
            )
        })
        .collect()
}

/// What says nothing but that it is done.
pub(crate) const DONE: [&str; 11] = [
    "ModifyImageAttribute",
    "ResetImageAttribute",
    "CreateTags",
    "DeleteTags",
    "DeleteSnapshot",
    "EnableImage",
    "DisableImage",
    "EnableImageDeprecation",
    "DisableImageDeprecation",
    "EnableImageDeregistrationProtection",
    "DisableImageDeregistrationProtection",
];
