from django.db import migrations

# A campaign of before closed on the day its answers were due, and before the next one opened. Who wrote an update
# counts among its writers.
FILL = """
    UPDATE commitments_campaign c SET due_on = GREATEST(c.opens_on, LEAST(c.due_on, (
        SELECT MIN(n.opens_on) - 1 FROM commitments_campaign n
        WHERE n.roadmap_id = c.roadmap_id AND n.opens_on > c.opens_on
    )));
    UPDATE commitments_campaign SET closes_on = due_on WHERE closes_on IS NULL;
    INSERT INTO commitments_progressupdate_writers (progressupdate_id, user_id)
        SELECT id, author_id FROM commitments_progressupdate ON CONFLICT DO NOTHING;
    INSERT INTO commitments_campaignline (campaign_id, commitment_id, was_finished)
        SELECT c.id, e.id, false FROM commitments_campaign c
        JOIN commitments_commitment e ON e.roadmap_id = c.roadmap_id
        WHERE c.state <> 'planned' ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("commitments", "0002_quarterly_cycle")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
