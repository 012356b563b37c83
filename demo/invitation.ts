import type { SignIn } from './sign-in.js'
import { PROFILE } from './steps.js'

export interface Invitation {
  readonly addresses: {
    readonly proxy: string
    readonly control: string
    readonly ops: string
    readonly origin: string
  }
  readonly signIn: SignIn
  readonly project: number
}

/** What there is to try while the demo stays up. */
export const invitation = ({ addresses, signIn, project }: Invitation): string => `
Both stay up, Ctrl-C ends them. Where to look:

  proxy door     ${addresses.proxy}
  control door   ${addresses.control}/docs
  ops door       ${addresses.ops}/metrics
  sample origin  ${addresses.origin}

What to try, in a shell of its own:

  COOKIE='${signIn.cookie}'
  JSON='Content-Type: application/json'

  curl -i ${addresses.proxy}${PROFILE}
  curl -i -b "$COOKIE" ${addresses.proxy}/api/v1/projects/mine
  curl -i -b "$COOKIE" ${addresses.proxy}/api/v1/users/me

  # a write, and the list of projects is a miss again
  curl -i -b "$COOKIE" -H 'X-CSRFToken: ${signIn.token}' -H "$JSON" \\
    -X PUT -d '{"title":"Mine"}' ${addresses.proxy}/api/v1/projects/${project}

  # what the backend may ask for
  curl -i -H "$JSON" -d '{"tags":["project:${project}"]}' ${addresses.control}/v1/invalidations
  curl -s ${addresses.control}/v1/stats

  # the origin fails, and is well again
  curl -i -H "$JSON" -X PUT -d '"reset"' ${addresses.origin}/__origin/fail
  curl -i -H "$JSON" -X PUT -d 'null' ${addresses.origin}/__origin/fail
`
