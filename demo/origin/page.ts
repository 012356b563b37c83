/** One page as the API cuts it: `page` from 1, `page_size` 1–100, 24 without; wrong values mean the default. */
export const pageOf = <T>(
  all: readonly T[],
  query: Readonly<Record<string, string>>
): { items: readonly T[]; total_results: number; total_pages: number } => {
  const page = Math.max(1, Number.parseInt(query['page'] ?? '1', 10) || 1)
  const wanted = Number.parseInt(query['page_size'] ?? '', 10)
  const size = wanted >= 1 && wanted <= 100 ? wanted : 24
  return {
    items: all.slice((page - 1) * size, page * size),
    total_results: all.length,
    total_pages: Math.ceil(all.length / size)
  }
}

export const includes = (text: string, part: string): boolean =>
  text.toLowerCase().includes(part.toLowerCase())
