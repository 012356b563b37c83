/** What a connection logs in with. */
export interface Login {
  readonly username: string
  readonly password: string
}

/** Logins that change while the process runs; one that does not is the client's own. */
export interface Credentials {
  /**
   * For a connection that is being made, within a bounded time. Rejects with a `StoreUnavailableError` of the kind
   * `no-credentials`, whose message says why there is none.
   */
  login(): Promise<Login>
  /** `apply` gives a login that has come to the connection that is there; it rejects where the server refuses it. */
  whenRenewed(apply: (login: Login) => Promise<void>): void
  /** The server did not take this one for a new connection. */
  refused(login: Login): void
  close(): void
}
