//! How servers of images of the repository are reached: shown to whoever launches, missed aloud.

use crate::program::{Program, done, said};

const AMI: &str = "ami-0ae8605ed708e3c3e";

/// An image of the repository, of which nobody said how it is reached, and what launches it.
fn here() -> (Program, String) {
    let program = Program::new();
    let os = "--os ubuntu/24/24.04.1";
    done(
        &program,
        &[
            &format!("image register local/main {AMI} {os}"),
            "mci new web",
            &format!("mci set web local/main {AMI} --instance-type small"),
            "mci commit web --message first",
            "template new front",
            "template link front web",
            "template commit front --message first",
            "deployment make prod",
            "server add local/main -t front prod:front-1",
            "lock web -o web.lock",
        ],
    );
    let found = program.json(&["image", "find", AMI]);
    let record = found[0]["record"]["id"].as_str().unwrap().to_owned();
    (program, record)
}

#[test]
fn b08_who_launches_is_shown_how_to_get_in_and_what_nobody_said() {
    let (program, record) = here();
    let lines = [
        "resolve web local/main".to_owned(),
        "resolve web local/main --explain".to_owned(),
        format!("image permission add {record} all"),
        "resolve -t front local/main".to_owned(),
        format!("image edit {record} --login ubuntu --access ssh --init-agent cloud-init/23.4"),
        "resolve web local/main".to_owned(),
        format!("image edit {record} --dhcp true"),
        "resolve web local/main".to_owned(),
        "resolve web local/main --explain".to_owned(),
        "resolve --lock web.lock".to_owned(),
        "server next prod:front-1".to_owned(),
        format!("image edit {record} --clear login"),
        "resolve --lock web.lock".to_owned(),
        "server next prod:front-1".to_owned(),
    ];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    insta::assert_snapshot!(said(&program, &lines));
}

#[test]
fn b08_as_data_the_facts_and_the_warnings_stand_in_the_plan() {
    let (program, record) = here();
    let resolve = ["resolve", "web", "local/main"];
    let codes = |line: &serde_json::Value| {
        let warnings = line["warnings"].as_array().unwrap().iter();
        let codes = warnings.map(|warning| warning["code"].as_str().unwrap().to_owned());
        codes.collect::<Vec<_>>()
    };
    let bare = &program.json(&resolve)[0];
    assert_eq!((bare.get("guest"), bare.get("init_agent")), (None, None));
    assert_eq!(codes(bare), ["guest-unknown"]);
    let missing = &bare["warnings"][0]["missing"];
    let all = serde_json::json!(["access", "login", "dhcp", "init-agent"]);
    assert_eq!(*missing, all);
    program.ok(&["image", "permission", "add", &record, "all"]);
    assert_eq!(codes(&program.json(&resolve)[0]), ["guest-unknown-public"]);
    let facts = "--login ubuntu --access vnc --access ssh --dhcp false --init-agent absent";
    done(&program, &[&format!("image edit {record} {facts}")]);
    let known = &program.json(&resolve)[0];
    assert_eq!(codes(known), [""; 0]);
    let guest = serde_json::json!({ "dhcp": false, "access": ["ssh", "vnc"], "login": "ubuntu" });
    assert_eq!(known["guest"], guest);
    assert_eq!(known["init_agent"]["state"], "absent");
}
