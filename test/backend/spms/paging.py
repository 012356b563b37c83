from math import ceil

from django.conf import settings


def page_of(queryset, request, name, view):
    """One page of the records under `name`, with the totals, as every list of the API answers."""
    page = max(1, _integer(request, "page", 1))
    size = _integer(request, "page_size", settings.PAGE_SIZE)
    size = size if 1 <= size <= 100 else settings.PAGE_SIZE
    total = queryset.count()
    records = queryset[(page - 1) * size : page * size]
    return {name: view(records), "total_results": total, "total_pages": ceil(total / size)}


def _integer(request, parameter, default):
    try:
        return int(request.query_params.get(parameter, default))
    except ValueError:
        return default
