//! One client with images of its own, of which it knows what they must be.

use super::tally::{Kind, Tally};
use crate::{
    Fault,
    client::{Client, Target},
    filtered,
    fleet::{self, Fleet},
};
use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{collections::VecDeque, thread, time::Instant};

/// How many images a client has at most.
const MOST: usize = 16;

/// A client.
pub(crate) struct Actor<'a> {
    number: usize,
    target: Target,
    client: Client,
    fleet: &'a Fleet,
    pause: Duration,
    dice: u64,
    own: VecDeque<Own>,
    tally: Tally,
}

/// An image as it must be.
struct Own {
    id: String,
    name: String,
    description: String,
    round: String,
}

impl<'a> Actor<'a> {
    pub(crate) fn new(number: usize, target: Target, fleet: &'a Fleet, pause: Duration) -> Self {
        Self {
            number,
            target,
            client: target.client(),
            fleet,
            pause,
            dice: 0x9e37_79b9_7f4a_7c15 ^ (number as u64) << 32,
            own: VecDeque::new(),
            tally: Tally::default(),
        }
    }

    /// Reads and writes until it is over, and looks then whether all is there.
    pub(crate) fn act(&mut self, is_over: &AtomicBool) -> Result<Tally, Fault> {
        while !is_over.load(Ordering::Relaxed) {
            match self.throw(100) {
                0..45 => self.look_up()?,
                45..55 => self.look_for_group()?,
                55..60 => self.look_at_own()?,
                60..70 if self.own.len() < MOST => self.register()?,
                70..80 => self.tag()?,
                80..90 => self.describe()?,
                _ => self.deregister()?,
            }
            thread::sleep(self.pause);
        }
        self.look_at_own()?;
        self.look_for_others()?;
        Ok(self.tally.clone())
    }

    /// A number below another (xorshift).
    fn throw(&mut self, below: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        usize::try_from(self.dice >> 33).unwrap_or_default() % below
    }

    /// Asks; gives the answer of what was done. What failed may be done all the same.
    fn ask(&mut self, kind: Kind, parameters: &[(&str, &str)]) -> Result<Option<String>, Fault> {
        let request = self.target.request(parameters);
        let began = Instant::now();
        let (status, answer) = self.client.exchange(&request)?;
        self.tally.took(kind, began.elapsed());
        match status {
            200 => Ok(Some(answer.to_owned())),
            500.. => {
                self.tally.failed += 1;
                eprintln!("{status} to {parameters:?}: {answer}");
                Ok(None)
            }
            _ => Err(format!("{status} to {parameters:?}: {answer}").into()),
        }
    }

    /// One image of the fleet, which is there from beginning to end.
    fn look_up(&mut self) -> Result<(), Fault> {
        let (fleet, at) = (self.fleet, self.throw(self.fleet.ids.len()));
        let id = fleet.ids.get(at).ok_or("there is no fleet")?;
        let asked = [("Action", "DescribeImages"), ("ImageId.1", id)];
        match self.ask(Kind::Read, &asked)? {
            Some(answer) if answer.matches("<imageId>").count() != 1 => {
                Err(format!("{id} is not there: {answer}").into())
            }
            _ => Ok(()),
        }
    }

    fn look_for_group(&mut self) -> Result<(), Fault> {
        let group = fleet::group(self.throw(self.fleet.ids.len()));
        self.ask(Kind::Read, &filtered("tag:team", &group))?;
        Ok(())
    }

    fn register(&mut self) -> Result<(), Fault> {
        let (number, mark) = (self.number, self.throw(usize::MAX));
        let (name, client) = (format!("own-{number}-{mark}"), format!("c{number}"));
        let asked = [
            ("Action", "RegisterImage"),
            ("Name", &*name),
            ("Description", "new"),
            ("Architecture", "x86_64"),
            ("VirtualizationType", "hvm"),
            ("RootDeviceName", "/dev/sda1"),
            ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
            ("BlockDeviceMapping.1.Ebs.VolumeSize", "8"),
            ("TagSpecification.1.ResourceType", "image"),
            ("TagSpecification.1.Tag.1.Key", "client"),
            ("TagSpecification.1.Tag.1.Value", &*client),
        ];
        if let Some(answer) = self.ask(Kind::Write, &asked)? {
            let id = answer.split("<imageId>").nth(1);
            let id = id.and_then(|rest| rest.split('<').next());
            let id = id.ok_or("no id was answered")?.to_owned();
            self.own.push_back(Own {
                id,
                name,
                description: "new".to_owned(),
                round: String::new(),
            });
        }
        Ok(())
    }

    /// One of its own, which it has no more until it is given back.
    fn take(&mut self) -> Option<Own> {
        let at = self.throw(self.own.len().max(1));
        self.own.remove(at)
    }

    fn tag(&mut self) -> Result<(), Fault> {
        let Some(mut own) = self.take() else {
            return self.register();
        };
        let round = format!("r{}", self.throw(usize::MAX));
        let asked = [
            ("Action", "CreateTags"),
            ("ResourceId.1", &*own.id),
            ("Tag.1.Key", "round"),
            ("Tag.1.Value", &*round),
        ];
        if self.ask(Kind::Write, &asked)?.is_some() {
            own.round = round;
            self.own.push_back(own);
        }
        Ok(())
    }

    fn describe(&mut self) -> Result<(), Fault> {
        let Some(mut own) = self.take() else {
            return self.register();
        };
        let description = format!("d{}", self.throw(usize::MAX));
        let asked = [
            ("Action", "ModifyImageAttribute"),
            ("ImageId", &*own.id),
            ("Description.Value", &*description),
        ];
        if self.ask(Kind::Write, &asked)?.is_some() {
            own.description = description;
            self.own.push_back(own);
        }
        Ok(())
    }

    fn deregister(&mut self) -> Result<(), Fault> {
        let Some(own) = self.take() else {
            return self.register();
        };
        let asked = [("Action", "DeregisterImage"), ("ImageId", &*own.id)];
        self.ask(Kind::Write, &asked)?;
        Ok(())
    }

    /// Whether its images are as they must be.
    fn look_at_own(&mut self) -> Result<(), Fault> {
        let names: Vec<_> = (1..=self.own.len())
            .map(|at| format!("ImageId.{at}"))
            .collect();
        let ids: Vec<_> = self.own.iter().map(|own| own.id.clone()).collect();
        let mut asked = vec![("Action", "DescribeImages")];
        asked.extend(
            names
                .iter()
                .map(String::as_str)
                .zip(ids.iter().map(String::as_str)),
        );
        if ids.is_empty() {
            return Ok(());
        }
        let Some(answer) = self.ask(Kind::Read, &asked)? else {
            return Ok(());
        };
        for own in &self.own {
            let item = answer
                .split("<imageId>")
                .find(|item| item.starts_with(&own.id));
            let holds = |element: &str, text: &str| {
                item.is_some_and(|item| item.contains(&format!("<{element}>{text}</{element}>")))
            };
            let is_tagged = own.round.is_empty() || holds("value", &own.round);
            if !holds("name", &own.name) || !holds("description", &own.description) || !is_tagged {
                self.tally.lost += 1;
                eprintln!("a write to {} is lost: {item:?}", own.id);
            }
        }
        Ok(())
    }

    /// Whether what it has deregistered is gone. What failed may be there or not.
    fn look_for_others(&mut self) -> Result<(), Fault> {
        let client = format!("c{}", self.number);
        let answer = self.ask(Kind::Read, &filtered("tag:client", &client))?;
        let found = answer.map_or(0, |answer| answer.matches("<imageId>").count());
        let known = self.own.len();
        if self.tally.failed == 0 && found != known {
            self.tally.lost += 1;
            eprintln!("{client} has {found} images, and was told of {known}");
        }
        Ok(())
    }
}
