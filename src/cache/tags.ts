/**
 * Carried by the entries of a caller whose user number is not known yet. Every invalidation that could reach
 * a `user:…` name reaches it too.
 */
export const UNKNOWN_USER_TAG = 'user:~'
