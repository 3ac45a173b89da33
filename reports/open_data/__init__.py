"""Open data: each data set is stated once, and its files, schema, dictionary page and catalogue entry follow from that.

Everything is what an anonymous visitor may see, whoever asks. A sealed quarter is told from its frozen data alone.
"""

from reports.open_data.commitments import COMMITMENTS
from reports.open_data.fields import DataSet, Field, absolute
from reports.open_data.funding_lines import FUNDING_LINES
from reports.open_data.grants import GRANTS
from reports.open_data.indicators import INDICATORS
from reports.open_data.milestones import MILESTONES
from reports.open_data.origin import LICENCE_TITLE, LICENCE_URL, publisher
from reports.open_data.updates import UPDATES

__all__ = ["DATA_SETS", "LICENCE_TITLE", "LICENCE_URL", "DataSet", "Field", "absolute", "publisher"]

DATA_SETS = {
    data_set.slug: data_set for data_set in (COMMITMENTS, MILESTONES, UPDATES, INDICATORS, FUNDING_LINES, GRANTS)
}
