//! Servers that run on threads of their own, so that blocking tests can use them, too.

use std::thread;

use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// A running server. It stops when this is dropped.
#[derive(Debug)]
pub(crate) struct ServerThread {
    /// `http://127.0.0.1:PORT`
    pub(crate) address: String,
    _stop: oneshot::Sender<()>,
}

impl ServerThread {
    /// Runs a server on a free port.
    pub(crate) fn start<F: Future>(serve: impl FnOnce(TcpListener) -> F + Send + 'static) -> Self {
        let (listener, address) = crate::ports::free_port();
        listener.set_nonblocking(true).unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    _ = serve(listener) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address: format!("http://{address}"), _stop: stop }
    }
}
