from behave import given


@given("a step")
def good(context):
    pass


@given("a bad step")
def bad(context):
    raise AssertionError("no")
