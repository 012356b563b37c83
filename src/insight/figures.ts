import { type Static, Type } from '@sinclair/typebox'
import type { Invalidated } from '../cache/observer.js'
import { CountedInvalidation, InvalidationFigures } from './invalidation-figures.js'
import { PackedResourceFigures, ResourceFigures } from './resource-figures.js'
import type { Summable } from './sliding-windows.js'

/** All that is counted in a stretch of time. Of `none` are requests without a row. */
export class Figures implements Summable<Figures> {
  readonly resources = new Map<string, ResourceFigures>()
  readonly invalidations = new InvalidationFigures()

  /** There are as many as rows in the table: the memory is bounded. */
  of(resource: string): ResourceFigures {
    return this.resources.get(resource) ?? this.#begin(resource)
  }

  invalidated(event: Invalidated): void {
    this.invalidations.invalidated(event)
  }

  add(other: Figures): void {
    for (const [resource, figures] of other.resources) this.of(resource).add(figures)
    this.invalidations.add(other.invalidations)
  }

  pack(): PackedFigures {
    return {
      resources: Object.fromEntries([...this.resources].map(([name, figures]) => [name, figures.pack()])),
      invalidations: [...this.invalidations.all]
    }
  }

  static unpack({ resources, invalidations }: PackedFigures): Figures {
    const figures = new Figures()
    for (const [name, packed] of Object.entries(resources))
      figures.of(name).add(ResourceFigures.unpack(packed))
    figures.invalidations.addAll(invalidations)
    return figures
  }

  #begin(resource: string): ResourceFigures {
    const figures = new ResourceFigures()
    this.resources.set(resource, figures)
    return figures
  }
}

/** As it is sent to another process. */
export const PackedFigures = Type.Object({
  resources: Type.Record(Type.String(), PackedResourceFigures),
  invalidations: Type.Array(CountedInvalidation)
})
export type PackedFigures = Static<typeof PackedFigures>
