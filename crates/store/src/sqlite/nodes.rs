//! Nodes. A file has one node, but the rules are those of a shared database.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::store::SqliteStore;
use crate::error::{ErrorKind, Result};
use crate::identifiers::NodeId;
use crate::lines::Line;
use crate::nodes::{Heartbeat, MAX_NODE_AGE, Node, NodeInfo, NodeRow, NodeStore, lost_message};
use crate::run::Run;
use crate::time::micros;

#[async_trait]
impl NodeStore for SqliteStore {
    async fn register_node(&self, node: &NodeInfo) -> Result<NodeId> {
        let id = Uuid::new_v4();
        let mut tx = self.write().await?;
        let now = tx.now().await?;
        sqlx::query(
            "INSERT INTO nodes (id, name, version, labels, concurrency, machine, process, started_at, seen_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
        )
        .bind(id)
        .bind(&node.name)
        .bind(&node.version)
        .bind(node.labels.join(" "))
        .bind(node.concurrency)
        .bind(&node.machine)
        .bind(&node.process)
        .bind(now)
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn heartbeat(&self, node: NodeId) -> Result<Heartbeat> {
        let mut tx = self.write().await?;
        let time = tx.now().await?;
        let done = sqlx::query("UPDATE nodes SET seen_at = ? WHERE id = ? AND gone_at IS NULL")
            .bind(time)
            .bind(node)
            .execute(&mut tx)
            .await?;
        if done.rows_affected() == 0 {
            tx.rollback().await?;
            return Err(ErrorKind::NotOwner.into());
        }
        let canceled = sqlx::query_scalar(
            "SELECT number FROM executions INDEXED BY executions_unfinished
             WHERE state < 2 AND state = 1 AND node = ? AND cancel_requested",
        )
        .bind(node)
        .fetch_all(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(Heartbeat { time, canceled })
    }

    async fn sweep(&self, max_silence: Duration) -> Result<Vec<Run>> {
        let mut tx = self.write().await?;
        let now = tx.now().await?;
        sqlx::query("UPDATE nodes SET gone_at = ?1 WHERE gone_at IS NULL AND seen_at < ?1 - ?2")
            .bind(now)
            .bind(micros(max_silence))
            .execute(&mut tx)
            .await?;
        sqlx::query(
            "UPDATE executions INDEXED BY executions_unfinished SET node = NULL
             WHERE state < 2 AND state = 1 AND resume_token IS NOT NULL
                 AND node IN (SELECT id FROM nodes WHERE gone_at IS NOT NULL)",
        )
        .execute(&mut tx)
        .await?;
        let rows: Vec<(i64, Uuid, Uuid, Uuid, Uuid, String)> = sqlx::query_as(
            "SELECT e.number, e.id, e.job, e.trigger_id, e.node, n.name
             FROM executions e INDEXED BY executions_unfinished JOIN nodes n ON n.id = e.node
             WHERE e.state < 2 AND e.state = 1 AND n.gone_at IS NOT NULL ORDER BY e.number",
        )
        .fetch_all(&mut tx)
        .await?;
        let mut runs = Vec::with_capacity(rows.len());
        for (number, id, job, trigger_id, node, name) in rows {
            tx.append_last_lines(number, &[Line::error(now, &lost_message(&name))]).await?;
            sqlx::query("UPDATE executions SET state = 3, ended_at = max(?, created_at) WHERE number = ?")
                .bind(now)
                .bind(number)
                .execute(&mut tx)
                .await?;
            runs.push(Run { number, id, job, trigger_id, node });
        }
        sqlx::query("DELETE FROM nodes WHERE gone_at < ?").bind(now - MAX_NODE_AGE).execute(&mut tx).await?;
        tx.commit().await?;
        Ok(runs)
    }

    async fn delete_node(&self, node: NodeId) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE executions INDEXED BY executions_unfinished SET node = NULL
             WHERE state < 2 AND state = 1 AND resume_token IS NOT NULL AND node = ?",
        )
        .bind(node)
        .execute(&mut tx)
        .await?;
        sqlx::query(
            "DELETE FROM nodes WHERE id = ?1
                 AND NOT EXISTS (SELECT 1 FROM executions INDEXED BY executions_unfinished
                                 WHERE state < 2 AND state = 1 AND node = ?1)",
        )
        .bind(node)
        .execute(&mut tx)
        .await?;
        tx.commit().await
    }

    async fn nodes(&self) -> Result<Vec<Node>> {
        let rows: Vec<NodeRow> = sqlx::query_as(
            "SELECT id, name, version, labels, concurrency, machine, process, started_at, seen_at, gone_at,
                 (SELECT count(*) FROM executions e INDEXED BY executions_unfinished
                  WHERE e.state < 2 AND e.state = 1 AND e.node = nodes.id) AS running
             FROM nodes ORDER BY started_at, id",
        )
        .fetch_all(&self.read_pool)
        .await?;
        Ok(rows.into_iter().map(Node::from).collect())
    }
}
