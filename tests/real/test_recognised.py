"""What is recognised of the real files, none of which has a profile here."""

import pytest

from tests.ingest.test_recognition import demanded
from tests.support.recognition import real

pytestmark = pytest.mark.real


def test_real_files_are_recognised(real_data):
    demanded(real(real_data))
