/** Who is signed in: session tokens, each for one user. */
export class Sessions {
  readonly #users = new Map<string, number>()
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  open(user: number): { readonly sessionId: string; readonly csrfToken: string } {
    const sessionId = this.#token()
    this.#users.set(sessionId, user)
    return { sessionId, csrfToken: this.#token() }
  }

  userOf(sessionId: string): number | undefined {
    return this.#users.get(sessionId)
  }

  close(sessionId: string): void {
    this.#users.delete(sessionId)
  }

  closeAllOf(user: number): void {
    for (const [sessionId, owner] of this.#users) if (owner === user) this.#users.delete(sessionId)
  }

  #token(): string {
    return Array.from({ length: 32 }, () => Math.floor(this.#random() * 36).toString(36)).join('')
  }
}
