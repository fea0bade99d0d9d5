import pytest


def test_ok():
    print("\x1b[31mred\x1b[0m \x00 \x07")


@pytest.mark.parametrize("x", ["\x07", "a/b"])
def test_par(x):
    pass


def test_fail():
    raise AssertionError("\x1b[31mred\x1b[0m <&> \x00")


@pytest.fixture
def bad():
    raise RuntimeError("setup")


def test_error(bad):
    pass


@pytest.mark.skip(reason="no")
def test_skip():
    pass


@pytest.mark.xfail
def test_xfail():
    assert 0


@pytest.fixture
def late():
    yield
    raise RuntimeError("teardown")


def test_teardown(late):
    pass
