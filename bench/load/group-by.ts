/** Groups in the order of their first elements. */
export const groupBy = <Element>(
  elements: readonly Element[],
  nameOf: (element: Element) => string
): readonly (readonly [name: string, elements: readonly Element[]])[] => {
  const groups = new Map<string, Element[]>()
  for (const element of elements) {
    const name = nameOf(element)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [element])
    else group.push(element)
  }
  return [...groups]
}
