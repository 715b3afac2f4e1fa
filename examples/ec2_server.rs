//! The EC2-compatible API within an axum application that has routes and people of its own, and no
//! access keys. Run it with `cargo run --example ec2_server`: it registers an image over the API, looks
//! at it through the engine, shares it with another account, and stops.
#![expect(clippy::print_stdout, reason = "an example talks to a person")]

use atlas_server::{
    Caller, Ec2, Ec2Authenticate, Ec2Caller, Ec2Limits, Ec2NotAuthenticated, ImageApi,
};
use axum::{Router, http::request::Parts, routing::get};
use cloud_atlas::{
    Atlas, ImageQuery, Paging,
    base::Timestamp,
    scope::{PrincipalId, Role, Scope},
};
use std::{
    collections::BTreeMap,
    error::Error,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};
use tokio::{net::TcpListener, runtime, sync::oneshot, task::spawn_blocking};

type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// How this application knows its people: by a badge, which only a proxy before it can name. Requests
/// are not signed; `atlas_server::AccessKeys` is the way for clients that sign them.
struct Badges(BTreeMap<&'static str, Ec2Caller>);

impl Ec2Authenticate for Badges {
    async fn authenticate(
        &self,
        head: &Parts,
        _body: &[u8],
        _now: Timestamp,
    ) -> Result<Ec2Caller, Ec2NotAuthenticated> {
        let badge = head.headers.get("x-badge").and_then(|it| it.to_str().ok());
        let caller = badge.and_then(|badge| self.0.get(badge));
        caller.cloned().ok_or(Ec2NotAuthenticated::Unknown)
    }
}

fn main() -> Done {
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run())
}

async fn run() -> Done {
    let atlas = Atlas::init("memory:").await?;
    let dana = person(&atlas, "dana", "/acme").await?;
    let bert = person(&atlas, "bert", "/beta").await?;
    let other_account = bert.account;
    let people = Badges(BTreeMap::from([("badge-1", dana), ("badge-2", bert)]));

    let images = ImageApi::new(atlas.clone())
        .on_failure(|failure| println!("{}: {}", failure.action, failure.error));
    let ec2 = Ec2::new(people, images, Ec2Limits::default()).router_at("/ec2");
    let router = Router::new()
        .route("/healthz", get(|| async { "well" }))
        .merge(ec2);

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let serving = tokio::spawn(serving.into_future());

    let register = "Action=RegisterImage&Name=web&RootDeviceName=/dev/sda1";
    let answer = ask(address, "badge-1", register).await?;
    let id = between(&answer, "<imageId>", "</imageId>")
        .ok_or("the image has an id")?
        .to_owned();
    println!("dana registered an image: {}", id.starts_with("ami-"));

    // It is a record like any other.
    let session = atlas.act_as(&"dana".parse()?);
    let query = ImageQuery::new("/acme".parse()?);
    for record in session.images(&query, &Paging::default()).await?.items {
        let found = record.image_id().to_string() == id;
        println!("the engine has it at {}: {found}", record.location());
    }

    let describe = "Action=DescribeImages";
    println!(
        "bert sees it: {}",
        ask(address, "badge-2", describe).await?.contains(&id)
    );
    let share = format!(
        "Action=ModifyImageAttribute&ImageId={id}&LaunchPermission.Add.1.UserId={other_account}"
    );
    ask(address, "badge-1", &share).await?;
    println!(
        "bert sees it: {}",
        ask(address, "badge-2", describe).await?.contains(&id)
    );
    let deregister = format!("Action=DeregisterImage&ImageId={id}");
    let refused = ask(address, "badge-2", &deregister).await?;
    let code = between(&refused, "<Code>", "</Code>").unwrap_or_default();
    println!("bert deregisters it: {code}");
    let unknown = ask(address, "badge-3", describe).await?;
    let code = between(&unknown, "<Code>", "</Code>").unwrap_or_default();
    println!("somebody else: {code}");

    let _ = stop.send(());
    serving.await??;
    println!("stopped");
    Ok(())
}

/// Somebody who rules an account of her own.
async fn person(atlas: &Atlas, name: &str, account: &str) -> Done<Ec2Caller> {
    let (who, scope): (PrincipalId, Scope) = (name.parse()?, account.parse()?);
    let admin = atlas.act_as(&"admin".parse()?);
    let made = admin.add_scope(&scope).await?;
    admin.add_principal(&who).await?;
    admin.grant(&who, &Role::ADMIN, &scope, None).await?;
    let number = made.account_number.ok_or("an account has a number")?;
    Ok(Ec2Caller::new(
        Caller::new(who, scope),
        number,
        "eu-central-1",
    ))
}

async fn ask(address: SocketAddr, badge: &'static str, form: &str) -> Done<String> {
    let form = form.to_owned();
    Ok(spawn_blocking(move || post(address, badge, &form)).await??)
}

fn post(address: SocketAddr, badge: &str, form: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    let length = form.len();
    let head = "POST /ec2 HTTP/1.1\r\nHost: atlas\r\nConnection: close";
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let request =
        format!("{head}\r\n{kind}\r\nX-Badge: {badge}\r\nContent-Length: {length}\r\n\r\n{form}");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn between<'t>(text: &'t str, before: &str, behind: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(behind).map(|(found, _)| found)
}
