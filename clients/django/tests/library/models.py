"""
What the tests of declared invalidation change: books, who lends them, and tables of odd shapes.
"""

import uuid

from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)
    slug = models.CharField(max_length=600, blank=True)


class Shelf(models.Model):
    room = models.CharField(max_length=50)
    keeper = models.ForeignKey(Author, null=True, blank=True, on_delete=models.SET_NULL)


class Book(models.Model):
    title = models.CharField(max_length=200)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    editors = models.ManyToManyField(Author, related_name="edits", blank=True)
    shelf = models.ForeignKey(Shelf, null=True, blank=True, on_delete=models.SET_NULL)
    is_lent = models.BooleanField(default=False)
    details = models.JSONField(default=dict)


class Audiobook(Book):
    """In a table of its own, whose rows are also rows of books."""

    minutes = models.IntegerField(default=0)


class Classic(Book):
    """The same table by another name."""

    class Meta:
        proxy = True


class Reader(models.Model):
    card = models.UUIDField(default=uuid.uuid4, unique=True)
    last_seen = models.IntegerField(default=0)
    town = models.CharField(max_length=50, blank=True)


class Loan(models.Model):
    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="loans")
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="loans")
    weeks = models.IntegerField(default=2)

    class Meta:
        unique_together = ("book", "reader")


def shelf_of_the_lost() -> int:
    """To which reviews go whose shelf is deleted."""
    return Review.default_shelf


class Review(models.Model):
    """It moves to another shelf when its own is deleted."""

    default_shelf = 0
    shelf = models.ForeignKey(Shelf, on_delete=models.SET(shelf_of_the_lost))


class Seat(models.Model):
    """A key of two columns."""

    pk = models.CompositePrimaryKey("room", "number")
    room = models.IntegerField()
    number = models.IntegerField()
    reader = models.ForeignKey(Reader, null=True, on_delete=models.SET_NULL)


class Odd(models.Model):
    """Names that need quotes, more than Django itself can quote: the tests make the table."""

    value = models.IntegerField(primary_key=True, db_column='the "value"\'s $1')
    text = models.CharField(max_length=50, db_column="Select")

    class Meta:
        managed = False
        db_table = "odd 'table' \"of\" $spms0$ %s \\"


class Visit(models.Model):
    """A table that the tests make themselves, in partitions and without a primary key."""

    id = models.IntegerField(primary_key=True)
    reader = models.ForeignKey(Reader, on_delete=models.DO_NOTHING, db_constraint=False)
    day = models.IntegerField()

    class Meta:
        managed = False


class Untouched(models.Model):
    """Declared nowhere."""

    value = models.IntegerField(default=0)
