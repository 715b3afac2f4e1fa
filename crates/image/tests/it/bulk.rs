//! Files of many images.

use crate::{AMI, decided, scope};
use atlas_image::{
    AgentFacts, BulkFileError, BulkFormat, BulkLimits, BulkLine, BulkReader, RegisterError,
    RegisterImage, RemoteAccess, Via,
};
use proptest::prelude::*;
use std::fmt::Write as _;

fn read(format: BulkFormat, text: &str) -> Vec<BulkLine> {
    let limits = BulkLimits::default();
    BulkReader::new(text.as_bytes(), format, scope("/acme"), limits)
        .unwrap()
        .collect()
}

fn requests(format: BulkFormat, text: &str) -> Vec<RegisterImage> {
    let lines = read(format, text).into_iter();
    lines.map(|line| line.read.unwrap()).collect()
}

/// What is wrong with each line, by its number.
fn report(lines: &[BulkLine]) -> String {
    let mut text = String::new();
    for line in lines {
        match &line.read {
            Ok(request) => writeln!(text, "{}: {}", line.number, request.image_id),
            Err(error) => writeln!(text, "{}: {error}", line.number),
        }
        .unwrap();
    }
    text
}

const CSV: &str = "\
location,image,name,description,os,architecture,size_gb,agent,init_agent,dhcp,access,login,firmware,virtualization,shared,tags,credential,scope
aws/us-east-1,ami-0ae8605ed708e3c3e,\"web, base\",\"two
lines\",ubuntu/24/24.04,x86_64,8,right_link/v5.8,cloud-init,true,ssh;vnc,ubuntu,uefi,hvm,yes,web;team:owner=dana,main,/acme/prod
";

const JSON: &str = r#"{"location":"aws/us-east-1","image":"ami-0ae8605ed708e3c3e","name":"web, base","description":"two\nlines","os":"ubuntu/24/24.04","architecture":"x86_64","size_gb":8,"agent":"right_link/v5.8","init_agent":"cloud-init","dhcp":true,"access":["ssh","vnc"],"login":"ubuntu","firmware":"uefi","virtualization":"hvm","shared":true,"tags":["web","team:owner=dana"],"credential":"main","scope":"/acme/prod"}"#;

#[test]
fn i03_csv_and_json_lines_say_the_same() {
    let csv = requests(BulkFormat::Csv, CSV);
    assert_eq!(csv, requests(BulkFormat::JsonLines, JSON));
    let request = &csv[0];
    assert_eq!(
        (request.via, request.scope.as_str()),
        (Via::Bulk, "/acme/prod")
    );
    assert_eq!(
        request.guest.access,
        [RemoteAccess::Ssh, RemoteAccess::Vnc].into()
    );
    assert_eq!(request.tags.len(), 2);
    assert_eq!(request.shared, Some(true));
    assert_eq!(BulkFormat::detect(CSV.as_bytes()), BulkFormat::Csv);
    assert_eq!(BulkFormat::detect(JSON.as_bytes()), BulkFormat::JsonLines);
    assert_eq!(
        BulkFormat::detect(b"\xef\xbb\xbf\n {"),
        BulkFormat::JsonLines
    );
    assert_eq!(BulkFormat::detect(b""), BulkFormat::JsonLines);
}

#[test]
fn i12_a_file_must_state_the_agent_and_i03_the_system() {
    let line = |more: &str| {
        let text = format!(r#"{{"location":"aws/us-east-1","image":"{AMI}"{more}}}"#);
        let request = requests(BulkFormat::JsonLines, &text).remove(0);
        let anywhere = crate::credential(1, "/", "aws/us-east-1", "main");
        decided(request, &[anywhere], &[])
    };
    let os = r#","os":"ubuntu/24/24.04""#;
    assert_eq!(line(""), Err(RegisterError::OsMissing));
    assert_eq!(line(os), Err(RegisterError::AgentNotStated));
    let unknown = line(&format!(r#"{os},"agent":"unknown""#));
    assert_eq!(unknown, Err(RegisterError::AgentNotStated));
    let absent = line(&format!(r#"{os},"agent":"absent""#)).unwrap();
    assert_eq!(absent.record.agent(), &AgentFacts::Absent);
}

#[test]
fn lines_keep_their_numbers_whatever_stands_between_them() {
    let bare = "aws/us-east-1,ami-0ae8605ed708e3c3e";
    let csv =
        format!("\u{feff}\r\n\nlocation,image,name\r\n\r\n{bare},\"a\r\nb\"\r\n\n{bare},c\n{bare}");
    let numbers: Vec<_> = read(BulkFormat::Csv, &csv)
        .iter()
        .map(|line| (line.number, line.read.is_ok()))
        .collect();
    // A name has one line, and the last line lacks a cell.
    assert_eq!(numbers, [(5, false), (8, true), (9, false)]);
    let json = format!("\n\n{JSON}\r\n  \n{JSON}");
    let numbers: Vec<_> = read(BulkFormat::JsonLines, &json)
        .iter()
        .map(|line| line.number)
        .collect();
    assert_eq!(numbers, [3, 5]);
}

#[test]
fn what_is_wrong_with_a_line_is_said() {
    let json = format!(
        r#"
{{"image":"{AMI}"}}
{{"location":"aws/us-east-1"}}
{{"location":"aws/us-east-1","image":"ami-0ae8605ed708e3c3"}}
{{"location":"aws","image":"{AMI}"}}
{{"location":"moon","image":"{AMI}"}}
{{"location":"aws/us-east-1","image":"{AMI}","os":"ubuntu"}}
{{"location":"aws/us-east-1","image":"{AMI}","os":"ubuntu//1"}}
{{"location":"aws/us-east-1","image":"{AMI}","bytes":1}}
{{"location":"aws/us-east-1","image":"{AMI}","size_gb":0}}
{{"location":"aws/us-east-1","image":"{AMI}","size_gb":1,"size_gb":2}}
{{"location":"aws/us-east-1","image":"{AMI}","architecture":"vax"}}
{{"location":"aws/us-east-1","image":"{AMI}","firmware":"efi"}}
{{"location":"aws/us-east-1","image":"{AMI}","access":["telnet"]}}
{{"location":"aws/us-east-1","image":"{AMI}","tags":["a:b"]}}
{{"location":"aws/us-east-1","image":"{AMI}","scope":"acme"}}
{{"location":"aws/us-east-1","image":"{AMI}","devices":[{{"name":"sda"}},{{"name":"sda"}}]}}
[1]
{{"location":
hello
{{"location":"arn","image":"arn:aws:ec2:us-east-1::image/{AMI}"}}
{{"location":"aws","image":"arn:aws:ec2:us-east-1::image/{AMI}"}}
{{"location":"vmware","image":"/DC1/vm/templates/rhel9"}}
"#
    );
    insta::assert_snapshot!("lines", report(&read(BulkFormat::JsonLines, &json)));
    let csv = format!(
        "location,image,size_gb,shared\naws/us-east-1,{AMI},1,maybe\naws/us-east-1,{AMI},x,\n\
         aws/us-east-1,{AMI}\naws/us-east-1,{AMI},1,true,more\n,{AMI},,\n"
    );
    insta::assert_snapshot!("cells", report(&read(BulkFormat::Csv, &csv)));
}

#[test]
fn a_file_that_cannot_be_read_at_all() {
    let begin = |text: &str| {
        let limits = BulkLimits::default();
        let reader = BulkReader::new(text.as_bytes(), BulkFormat::Csv, scope("/acme"), limits);
        reader.unwrap_err().to_string()
    };
    let said = [
        begin(""),
        begin("location,image,bytes"),
        begin("location,image,location"),
        begin("location,name"),
    ];
    insta::assert_snapshot!(said.join("\n"));
    let mut limits = BulkLimits::default();
    limits.file_bytes = 3;
    let error = BulkReader::new(b"1234", BulkFormat::JsonLines, scope("/"), limits).unwrap_err();
    assert_eq!(error, BulkFileError::TooLarge { limit: 3, found: 4 });
}

#[test]
fn limits_end_lines_and_files_and_not_what_follows() {
    let mut limits = BulkLimits::default();
    limits.line_bytes = 200;
    limits.images = 2;
    let (json, csv) = (BulkFormat::JsonLines, BulkFormat::Csv);
    let good = format!(r#"{{"location":"aws/us-east-1","image":"{AMI}"}}"#);
    let long = format!(r#"{{"name":"{}"}}"#, "x".repeat(200));
    let cells = format!(
        "location,image,name\naws/us-east-1,{AMI},{}\n",
        "x".repeat(300)
    );
    let row = format!("aws/us-east-1,{AMI},short\n");
    for (format, text) in [
        (json, format!("{long}\n{good}\n{good}\n{good}")),
        (csv, format!("{cells}{row}{row}{row}")),
    ] {
        let reader = BulkReader::new(text.as_bytes(), format, scope("/acme"), limits).unwrap();
        let lines: Vec<_> = reader.collect();
        let good: Vec<_> = lines.iter().map(|line| line.read.is_ok()).collect();
        assert_eq!(good, [false, true, false], "{}", report(&lines));
        let said = lines[0].read.as_ref().unwrap_err().to_string();
        assert!(said.contains("more than 200 bytes"), "{said}");
        let said = lines[2].read.as_ref().unwrap_err().to_string();
        assert!(said.contains("more than 2 images"), "{said}");
    }
    // A quote that nobody closes.
    let text = format!("location,image,name\n{row}aws,\"{row}{row}{row}{row}{row}{row}");
    let reader = BulkReader::new(text.as_bytes(), csv, scope("/acme"), limits).unwrap();
    let last = reader.last().unwrap();
    assert!(last.read.unwrap_err().to_string().contains("open"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_their_end(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        header in any::<bool>(),
    ) {
        let mut text = if header { b"location,image,name\n".to_vec() } else { Vec::new() };
        text.extend(bytes);
        let ends = text.split(|byte| *byte == b'\n').count() as u64;
        for format in [BulkFormat::Csv, BulkFormat::JsonLines] {
            let mut limits = BulkLimits::default();
            limits.line_bytes = 50;
            let Ok(reader) = BulkReader::new(&text, format, scope("/acme"), limits) else {
                continue;
            };
            let numbers: Vec<_> = reader.map(|line| line.number).collect();
            prop_assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
            prop_assert!(numbers.last().is_none_or(|last| *last <= ends));
        }
    }
}
