// waking.js - what the browser tells of the page: that there is a network again, that it is
// hidden or shown, that it is about to be closed.

/** Lets the session come back at once where that may help, and keeps people from losing work. */
export function followWaking(session) {
  const comeBack = () => {
    if (session.connection.state === 'offline') session.start();
  };
  window.addEventListener('online', comeBack);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) session.flush();
    else comeBack();
  });
  window.addEventListener('beforeunload', (event) => {
    if (session.pending > 0) event.preventDefault();
  });
}
