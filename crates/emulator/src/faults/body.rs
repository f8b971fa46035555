//! Bodies that are slow or incomplete.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, to_bytes};
use futures::{StreamExt, stream};

use txjobs_gateway::clock::{Clock, Moment};

use crate::clock::AdjustableClock;

/// The shortest time between two chunks of a slow body.
const MIN_PAUSE: Duration = Duration::from_millis(50);

/// Sends a body in small chunks.
pub(super) fn drip(body: Body, bytes_per_second: u32, clock: AdjustableClock) -> Body {
    let bytes_per_pause = f64::from(bytes_per_second) * MIN_PAUSE.as_secs_f64();
    // Below one byte per pause, the pauses are longer.
    let (piece, pause) = match bytes_per_pause >= 1.0 {
        true => (bytes_per_pause as usize, MIN_PAUSE),
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

/// Returns the first `after` bytes of a body, and never its last byte. If it `breaks`, the connection ends after them.
pub(super) fn cut_off(body: Body, after: u32, breaks: bool) -> Body {
    let state =
        Cut { body: body.into_data_stream(), left: after as usize, held: Bytes::new(), has_ended: false };
    let beginning = stream::try_unfold(state, async |mut state| {
        Ok::<_, axum::Error>(state.next().await?.map(|piece| (piece, state)))
    });
    match breaks {
        true => {
            Body::from_stream(beginning.map(|piece| piece.map_err(Error::other)).chain(connection_error()))
        }
        false => Body::from_stream(beginning),
    }
}

/// Returns the first `after` bytes of a body, and never its last byte, as a body of known length.
pub(super) async fn truncate(body: Body, after: u32) -> Body {
    match to_bytes(cut_off(body, after, false), usize::MAX).await {
        Ok(bytes) => Body::from(bytes),
        // An error of the body itself stays an error.
        Err(error) => Body::from_stream(stream::once(async { Err::<Bytes, _>(error) })),
    }
}

/// Returns a body that only ends the connection.
pub(super) fn broken_body() -> Body {
    Body::from_stream(connection_error())
}

/// Fails after the chunks before it have been sent.
fn connection_error() -> impl stream::Stream<Item = Result<Bytes, Error>> {
    stream::once(async {
        tokio::task::yield_now().await;
        Err(Error::new(ErrorKind::ConnectionAborted, "a fault ended the response"))
    })
}

struct Cut {
    body: BodyDataStream,
    left: usize,
    /// The last chunk, which is sent when the next one is read, because the last byte must not be sent.
    held: Bytes,
    has_ended: bool,
}

impl Cut {
    async fn next(&mut self) -> Result<Option<Bytes>, axum::Error> {
        while !self.has_ended {
            let next = self.body.next().await.transpose()?;
            let is_last = next.is_none();
            let mut piece = std::mem::replace(&mut self.held, next.unwrap_or_default());
            let most = if is_last { piece.len().saturating_sub(1) } else { piece.len() };
            self.has_ended = is_last || most > self.left;
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
    async fn body_is_cut_off_at_the_byte_and_never_complete() {
        for (after, text) in [(0, ""), (1, "a"), (3, "abc"), (5, "abcde"), (6, "abcde"), (1000, "abcde")] {
            for breaks in [true, false] {
                let body = cut_off(pieces(&["ab", "", "cd", "ef"]), after, breaks);
                assert_eq!(read(body).await, (text.to_owned(), breaks), "{after}");
            }
        }
        assert_eq!(read(cut_off(pieces(&[]), 5, false)).await, (String::new(), false));
        assert_eq!(read(broken_body()).await, (String::new(), true));
        let body = truncate(pieces(&["ab", "cd"]), 1000).await;
        assert_eq!(body.size_hint().exact(), Some(3), "its length is right");
        assert_eq!(read(body).await, ("abc".to_owned(), false));
        assert_eq!(read(truncate(broken_body(), 10).await).await, (String::new(), true));
    }

    #[tokio::test(start_paused = true)]
    async fn slow_body_is_complete_and_takes_its_time() {
        let start = tokio::time::Instant::now();
        let body = drip(pieces(&["0123456789", "0123456789"]), 10, AdjustableClock::new());
        assert_eq!(to_bytes(body, 100).await.unwrap(), "01234567890123456789");
        let took = start.elapsed();
        assert!((Duration::from_millis(1900)..Duration::from_millis(2300)).contains(&took), "{took:?}");
    }
}
