//! The engine behind a small service: it answers what to launch for a fleet, from a lock file that
//! nothing moves. Run it with `cargo run --example launch_service`: it starts, asks itself a few
//! questions over a socket, and stops. With an address, such as `127.0.0.1:8080`, it answers until
//! its standard input ends.
#![expect(clippy::print_stdout, reason = "an example talks to a person")]

#[path = "launch_service/client.rs"]
mod client;
#[path = "launch_service/fleet.rs"]
mod fleet;
#[path = "launch_service/service.rs"]
mod service;

use crate::{
    client::Client,
    fleet::{Fleet, commit, fleet},
    service::{Limits, Running, Service},
};
use std::{error::Error, io, net::SocketAddr};
use tokio::{runtime, task::spawn_blocking};

type Done = Result<(), Box<dyn Error + Send + Sync>>;

fn main() -> Done {
    let address = std::env::args().nth(1);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(address.as_deref()))
}

async fn run(address: Option<&str>) -> Done {
    let folder = tempfile::tempdir()?;
    let store = format!("redb:{}", folder.path().join("fleet.redb").display());
    let fleet = fleet(&store).await?;
    let service = service(&fleet);
    let Some(address) = address else {
        let running = Running::start(service, "127.0.0.1:0".parse()?).await?;
        // A day later somebody commits other images: the fleet does not move.
        commit(&fleet.designer, &fleet.web, &fleet.scope, 2).await?;
        let address = running.address;
        spawn_blocking(move || ask(address)).await??;
        running.stop().await?;
        println!("stopped");
        return Ok(());
    };
    let running = Running::start(service, address.parse()?).await?;
    println!("listening on {}", running.address);
    spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink())).await??;
    Ok(running.stop().await?)
}

fn service(fleet: &Fleet) -> Service {
    let (session, lock) = (fleet.launcher.clone(), fleet.lock.clone());
    Service::new(session, fleet.scope.clone(), lock, Limits::default())
}

fn ask(address: SocketAddr) -> io::Result<()> {
    let mut client = Client::connect(address)?;
    println!("healthy: {}", client.ask("GET", "/healthz", b"")?.body);
    for (kind, name, location) in [
        ("template", "front", "aws/us-east-1"),
        ("template", "front", "aws/af-south-1"),
        ("mci", "web", "aws/us-east-1"),
    ] {
        let answer = client.launch(kind, name, location)?;
        let said = answer.body.get("image").or(answer.body.get("message"));
        let said = said.and_then(serde_json::Value::as_str).unwrap_or_default();
        println!("{kind} {name} at {location}: {} {said}", answer.status);
    }
    Ok(())
}
