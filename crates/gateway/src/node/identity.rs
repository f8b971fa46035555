//! What identifies a node, and whether an earlier process of this machine still runs.

use std::fs;

use txjobs_store::{Node, NodeId, NodeInfo};

/// What the user says about the node.
#[derive(Clone, Debug, Default)]
pub struct NodeOptions {
    /// Its name. `None`: the name of the machine.
    pub name: Option<String>,
    /// The labels of the jobs that it can run.
    pub labels: Vec<String>,
    /// The most runs at the same time. 0: it runs no jobs.
    pub concurrency: u16,
}

/// Describes this process.
pub fn describe(options: &NodeOptions) -> NodeInfo {
    NodeInfo {
        name: options.name.clone().unwrap_or_else(machine_name),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        labels: options.labels.clone(),
        concurrency: options.concurrency,
        machine: machine(),
        process: process(std::process::id()).unwrap_or_default(),
    }
}

/// Returns the nodes whose processes have certainly ended: those of this machine whose process no longer runs, and all others of
/// a database that only one node uses.
pub fn ended_nodes(nodes: &[Node], own: NodeId, is_shared: bool) -> Vec<NodeId> {
    let machine = machine();
    let has_ended = |node: &&Node| {
        node.id != own
            && (!is_shared || machine.is_some() && node.info.machine == machine && !is_running(node))
    };
    nodes.iter().filter(has_ended).map(|node| node.id).collect()
}

fn is_running(node: &Node) -> bool {
    let pid = node.info.process.split(' ').next().and_then(|pid| pid.parse().ok());
    pid.and_then(process).is_some_and(|process| process == node.info.process)
}

/// Returns the name of this machine for people.
fn machine_name() -> String {
    #[cfg(unix)]
    let name = Some(rustix::system::uname().nodename().to_string_lossy().into_owned());
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok();
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "unnamed".to_owned())
}

/// Identifies this machine since its start, and the set of processes that this one can see. `None` if the system does not tell:
/// then only missing heartbeats show that a node has ended.
fn machine() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let processes = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), processes.display()))
}

/// Identifies a process by its number and the time of its start. `None` if it does not run.
fn process(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program, in parentheses, may contain spaces. The state is the first field after it, the start the 20th.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let is_zombie = fields.next()? == "Z";
    let started_at = fields.nth(18)?;
    (!is_zombie).then(|| format!("{pid} {started_at}"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn node(id: u128, machine: Option<String>, process: String) -> Node {
        let info = NodeInfo { machine, process, ..describe(&NodeOptions::default()) };
        let id = NodeId::from_u128(id);
        Node { id, info, started_at: 0, seen_at: 0, gone_at: None, running: 0 }
    }

    #[test]
    fn only_ended_processes_of_this_machine_have_ended() {
        let own = process(std::process::id()).unwrap();
        let nodes = [
            node(1, machine(), own.clone()),
            node(2, machine(), own.clone()),
            // The number belongs to another process now.
            node(3, machine(), format!("{} 1", std::process::id())),
            node(4, machine(), format!("{} 1", u32::MAX)),
            node(5, Some("other".to_owned()), "1 1".to_owned()),
            node(6, None, "1 1".to_owned()),
        ];
        let ids = |numbers: &[u128]| numbers.iter().map(|n| NodeId::from_u128(*n)).collect::<Vec<_>>();
        assert_eq!(ended_nodes(&nodes, NodeId::from_u128(1), true), ids(&[3, 4]));
        assert_eq!(ended_nodes(&nodes, NodeId::from_u128(1), false), ids(&[2, 3, 4, 5, 6]));
    }
}
