//! A stand-in for a server that has the vendor's article and nothing more: it answers with the contract's examples.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{
    scripts::success,
    spec::{Spec, fits},
};

pub(super) struct Vendor {
    address: String,
    asked: Receiver<String>,
}

/// An operation as the stand-in has it.
struct Known {
    method: String,
    path: String,
    body: String,
}

impl Vendor {
    /// It serves as long as the program runs, which is not long.
    pub(super) fn start(spec: &Spec) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", listener.local_addr()?);
        let mut known = Vec::new();
        for operation in spec.operations()?.into_iter().filter(|operation| !operation.is_extension) {
            let json = success(spec, &operation)?;
            let schema = spec.resolve(&json["schema"])?;
            let body = json.get("example").or_else(|| schema.get("example")).context("no example")?;
            known.push(Known {
                method: operation.method,
                path: operation.path.to_owned(),
                body: Value::to_string(body),
            });
        }
        let (tell, asked) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // One that went away meanwhile misses nothing but its answer.
                if let Ok(path) = answer(&stream, &known) {
                    let _ = tell.send(path);
                }
            }
        });
        Ok(Self { address, asked })
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// The contract's paths that were asked for so far, and whatever else was.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.try_iter().collect()
    }
}

fn answer(mut stream: &TcpStream, known: &[Known]) -> Result<String> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().context("nothing was asked")??;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let found = known.iter().find(|known| known.method == method && fits(&known.path, path));
    let (status, body) = found.map_or(("404 Not Found", "{}"), |known| ("200 OK", &known.body));
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    Ok(found.map_or_else(|| first.clone(), |known| known.path.clone()))
}
