/** What Django and its REST framework send along with every answer of the API. */
export const DJANGO_HEADERS: readonly (readonly [string, string])[] = [
  ['vary', 'Accept, Cookie, origin'],
  ['allow', 'GET, HEAD, OPTIONS'],
  ['x-frame-options', 'DENY'],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'same-origin'],
  ['cross-origin-opener-policy', 'same-origin']
]

/** The page of 150 KB that Django answers an error with in development. */
export const debugPage = (what: string): string => {
  const frame =
    '<li class="frame user">…/views.py, line 42, in post<pre>project.business_area.slug</pre></li>\n'
  const frames = frame.repeat(Math.ceil(DEBUG_PAGE_BYTES / frame.length))
  return `<!DOCTYPE html>\n<title>${what}</title>\n<h1>${what}</h1>\n<ul class="traceback">\n${frames}</ul>\n`
}

const DEBUG_PAGE_BYTES = 150_000
export const HTML = 'text/html; charset=utf-8'
