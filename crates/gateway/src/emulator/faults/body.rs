//! Bodies that come slowly, or not to their end.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, to_bytes};
use futures::{StreamExt, stream};

use crate::clock::{Clock, Moment};

/// How often a slow body sends something, at most.
const TICK: Duration = Duration::from_millis(50);

/// The body in small pieces.
pub(super) fn drip(body: Body, bytes_per_second: u32, clock: Clock) -> Body {
    let in_a_tick = f64::from(bytes_per_second) * TICK.as_secs_f64();
    // Below a byte in a tick: a byte in more of them.
    let (piece, pause) = match in_a_tick >= 1.0 {
        true => (in_a_tick as usize, TICK),
        false => (1, Duration::from_secs_f64(1.0 / f64::from(bytes_per_second))),
    };
    let start = (body.into_data_stream(), Bytes::new(), clock.moment());
    Body::from_stream(stream::try_unfold(
        start,
        move |(mut body, mut held, last): (BodyDataStream, Bytes, Moment)| {
            let clock = clock.clone();
            async move {
                while held.is_empty() {
                    match body.next().await {
                        Some(next) => held = next?,
                        None => return Ok(None),
                    }
                }
                let due = last.after(pause);
                clock.sleep_until(due).await;
                let piece = held.split_to(piece.min(held.len()));
                Ok::<_, axum::Error>(Some((piece, (body, held, due))))
            }
        },
    ))
}

/// The body up to a byte, and never to its last one; `breaks` says whether the connection ends with it.
pub(super) fn cut(body: Body, after: u32, breaks: bool) -> Body {
    let state =
        Cut { body: body.into_data_stream(), left: after as usize, held: Bytes::new(), is_over: false };
    let beginning = stream::try_unfold(state, async |mut state| {
        Ok::<_, axum::Error>(state.next().await?.map(|piece| (piece, state)))
    });
    match breaks {
        true => Body::from_stream(beginning.map(|piece| piece.map_err(Error::other)).chain(broken())),
        false => Body::from_stream(beginning),
    }
}

/// Returns the beginning of a body, without at least its last byte. Its length is known before it is sent.
pub(super) async fn truncate(body: Body, after: u32) -> Body {
    match to_bytes(cut(body, after, false), usize::MAX).await {
        Ok(bytes) => Body::from(bytes),
        // A body that breaks off by itself still does.
        Err(error) => Body::from_stream(stream::once(async { Err::<Bytes, _>(error) })),
    }
}

/// Nothing but the end of the connection.
pub(super) fn breaks_off() -> Body {
    Body::from_stream(broken())
}

/// Fails once what came before it is on its way.
fn broken() -> impl stream::Stream<Item = Result<Bytes, Error>> {
    stream::once(async {
        tokio::task::yield_now().await;
        Err(Error::new(ErrorKind::ConnectionAborted, "a fault cut the answer off"))
    })
}

struct Cut {
    body: BodyDataStream,
    left: usize,
    /// Read and not sent: the last byte is known only when nothing comes behind it.
    held: Bytes,
    is_over: bool,
}

impl Cut {
    async fn next(&mut self) -> Result<Option<Bytes>, axum::Error> {
        while !self.is_over {
            let next = self.body.next().await.transpose()?;
            let is_last = next.is_none();
            let mut piece = std::mem::replace(&mut self.held, next.unwrap_or_default());
            let most = if is_last { piece.len().saturating_sub(1) } else { piece.len() };
            self.is_over = is_last || most > self.left;
            piece.truncate(most.min(self.left));
            self.left -= piece.len();
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::HttpBody;

    use super::*;

    fn pieces(pieces: &'static [&'static str]) -> Body {
        Body::from_stream(stream::iter(
            pieces.iter().map(|piece| Ok::<_, Error>(Bytes::from_static(piece.as_bytes()))),
        ))
    }

    async fn read(body: Body) -> (String, bool) {
        let mut stream = body.into_data_stream();
        let mut text = String::new();
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(piece) => text.push_str(std::str::from_utf8(&piece).unwrap()),
                Err(_) => return (text, true),
            }
        }
        (text, false)
    }

    #[tokio::test]
    async fn a_body_is_cut_where_it_should_and_never_whole() {
        for (after, text) in [(0, ""), (1, "a"), (3, "abc"), (5, "abcde"), (6, "abcde"), (1000, "abcde")] {
            for breaks in [true, false] {
                let body = cut(pieces(&["ab", "", "cd", "ef"]), after, breaks);
                assert_eq!(read(body).await, (text.to_owned(), breaks), "{after}");
            }
        }
        assert_eq!(read(cut(pieces(&[]), 5, false)).await, (String::new(), false));
        assert_eq!(read(breaks_off()).await, (String::new(), true));
        let body = truncate(pieces(&["ab", "cd"]), 1000).await;
        assert_eq!(body.size_hint().exact(), Some(3), "its length is right");
        assert_eq!(read(body).await, ("abc".to_owned(), false));
        assert_eq!(read(truncate(breaks_off(), 10).await).await, (String::new(), true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_is_whole_and_takes_its_time() {
        let start = tokio::time::Instant::now();
        let body = drip(pieces(&["0123456789", "0123456789"]), 10, Clock::system());
        assert_eq!(to_bytes(body, 100).await.unwrap(), "01234567890123456789");
        let took = start.elapsed();
        assert!((Duration::from_millis(1900)..Duration::from_millis(2300)).contains(&took), "{took:?}");
    }
}
