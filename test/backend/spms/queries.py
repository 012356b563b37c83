from django.db import connection


class CountQueries:
    """Every answer says how many queries of the database it took, in `X-Database-Queries`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        count = 0

        def counted(execute, *query):
            nonlocal count
            count += 1
            return execute(*query)

        with connection.execute_wrapper(counted):
            response = self.get_response(request)
        response["X-Database-Queries"] = count
        return response
