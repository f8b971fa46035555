//! Nodes, their heartbeats, and the end of the runs of those that are gone.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::connection::PgTransaction;
use super::store::{PostgresStore, now};
use crate::error::{ErrorKind, Result};
use crate::identifiers::NodeId;
use crate::lines::Line;
use crate::nodes::{Heartbeat, MAX_NODE_AGE, Node, NodeInfo, NodeRow, NodeStore, lost_message};
use crate::run::Run;
use crate::time::micros;

#[async_trait]
impl NodeStore for PostgresStore {
    async fn register_node(&self, node: &NodeInfo) -> Result<NodeId> {
        let id = Uuid::new_v4();
        let mut tx = self.begin().await?;
        let now = now(&mut tx).await?;
        sqlx::query(
            "INSERT INTO nodes (id, name, version, labels, concurrency, machine, process, started_at, seen_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        )
        .bind(id)
        .bind(&node.name)
        .bind(&node.version)
        .bind(node.labels.join(" "))
        .bind(i64::from(node.concurrency))
        .bind(&node.machine)
        .bind(&node.process)
        .bind(now)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn heartbeat(&self, node: NodeId) -> Result<Heartbeat> {
        let mut tx = PgTransaction::begin(&self.heartbeat_pool).await?;
        let time = now(&mut tx).await?;
        let done = sqlx::query("UPDATE nodes SET seen_at = $1 WHERE id = $2 AND gone_at IS NULL")
            .bind(time)
            .bind(node)
            .execute(&mut tx)
            .await?;
        if done.rows_affected() == 0 {
            tx.rollback().await?;
            return Err(ErrorKind::NotOwner.into());
        }
        let canceled = sqlx::query_scalar(
            "SELECT number FROM executions WHERE state = 1 AND node = $1 AND cancel_requested",
        )
        .bind(node)
        .fetch_all(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(Heartbeat { time, canceled })
    }

    async fn sweep(&self, max_silence: Duration) -> Result<Vec<Run>> {
        let mut tx = self.begin().await?;
        let now = now(&mut tx).await?;
        sqlx::query(
            "UPDATE nodes SET gone_at = $1 WHERE id IN
                 (SELECT id FROM nodes WHERE gone_at IS NULL AND seen_at < $1 - $2 FOR UPDATE SKIP LOCKED)",
        )
        .bind(now)
        .bind(micros(max_silence))
        .execute(&mut tx)
        .await?;
        // The runs of all nodes that are gone, not only of those that this sweep found.
        let rows: Vec<(i64, Uuid, Uuid, Uuid, Uuid, String, bool)> = sqlx::query_as(
            "SELECT e.number, e.id, e.job, e.trigger_id, e.node, n.name, e.resume_token IS NOT NULL FROM executions e
             JOIN nodes n ON n.id = e.node WHERE e.state = 1 AND n.gone_at IS NOT NULL
             ORDER BY e.number FOR UPDATE OF e SKIP LOCKED",
        )
        .fetch_all(&mut tx)
        .await?;
        let mut runs = Vec::with_capacity(rows.len());
        for (number, id, job, trigger_id, node, name, can_resume) in rows {
            if can_resume {
                sqlx::query("UPDATE executions SET node = NULL WHERE number = $1")
                    .bind(number)
                    .execute(&mut tx)
                    .await?;
                continue;
            }
            let seq = tx.next_seq(number).await?;
            tx.append_lines(number, seq, &[Line::error(now, &lost_message(&name))]).await?;
            sqlx::query(
                "UPDATE executions SET state = 3, ended_at = greatest($2, created_at) WHERE number = $1",
            )
            .bind(number)
            .bind(now)
            .execute(&mut tx)
            .await?;
            runs.push(Run { number, id, job, trigger_id, node });
        }
        sqlx::query("DELETE FROM nodes WHERE gone_at < $1").bind(now - MAX_NODE_AGE).execute(&mut tx).await?;
        tx.commit().await?;
        Ok(runs)
    }

    async fn delete_node(&self, node: NodeId) -> Result<()> {
        let mut tx = self.begin().await?;
        sqlx::query(
            "UPDATE executions SET node = NULL WHERE state = 1 AND resume_token IS NOT NULL AND node = $1",
        )
        .bind(node)
        .execute(&mut tx)
        .await?;
        sqlx::query(
            "DELETE FROM nodes WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM executions WHERE state = 1 AND node = $1)",
        )
        .bind(node)
        .execute(&mut tx)
        .await?;
        tx.commit().await
    }

    async fn nodes(&self) -> Result<Vec<Node>> {
        let mut tx = self.begin().await?;
        let rows: Vec<NodeRow> = sqlx::query_as(
            "SELECT id, name, version, labels, concurrency, machine, process, started_at, seen_at, gone_at,
                 (SELECT count(*) FROM executions e WHERE e.state = 1 AND e.node = nodes.id)
             FROM nodes ORDER BY started_at, id",
        )
        .fetch_all(&mut tx)
        .await?;
        tx.rollback().await?;
        Ok(rows.into_iter().map(Node::from).collect())
    }
}
