from rest_framework.exceptions import ValidationError
from rest_framework.response import Response


def validated(serializer):
    if not serializer.is_valid():
        raise ValidationError(serializer.errors)
    return serializer


def saved(serializer):
    """The record that the request makes or changes; 400 with the fields that are wrong."""
    return validated(serializer).save()


def changed(record, values):
    for name, value in values.items():
        setattr(record, name, value)
    record.save()
    return record


def chosen(data, *names):
    return {name: data[name] for name in names if name in data}


def created(view):
    return Response(view.data, status=201)


def accepted(view):
    return Response(view.data, status=202)


def no_content():
    return Response(status=204)
