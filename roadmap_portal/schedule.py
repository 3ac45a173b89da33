"""What happens when, by itself: the calendar of the jobs, on the clock of Paris."""

from datetime import timedelta

from celery.schedules import crontab

RESUME_SECONDS, RESEND_SECONDS = 20, 300
# What was asked for is said again: a worker that is only late is left alone, and what is a day old is no longer wanted.
LOST_AFTER, LOST_UNTIL = timedelta(seconds=RESEND_SECONDS), timedelta(days=1)
BEAT = {
    # Every hour, so that a calendar that was stopped over midnight makes up for it once it runs again.
    "campaigns": {"task": "reports.tasks.follow_calendar", "schedule": crontab(minute=5)},
    # Whatever a lost message, a flushed broker or a dead worker has left: the table says it again. A message that
    # nobody has read before the next one is worth nothing.
    "resume-reports": {
        "task": "reports.tasks.resume_reports",
        "schedule": RESUME_SECONDS,
        "options": {"expires": RESUME_SECONDS},
    },
    "confirmations": {
        "task": "commitments.tasks.ask_again_to_confirm",
        "schedule": RESEND_SECONDS,
        "options": {"expires": RESEND_SECONDS},
    },
    "lost-reminders": {
        "task": "commitments.tasks.remind_again",
        "schedule": RESEND_SECONDS,
        "options": {"expires": RESEND_SECONDS},
    },
    # Files that came while the antivirus was away.
    "waiting-files": {
        "task": "commitments.tasks.scan_waiting_files",
        "schedule": RESEND_SECONDS,
        "options": {"expires": RESEND_SECONDS},
    },
    "expired-drafts": {"task": "reports.tasks.delete_expired_drafts", "schedule": crontab(minute=15, hour=3)},
    "old-sheets": {"task": "commitments.tasks.delete_old_sheets", "schedule": crontab(minute=25, hour=3)},
    "forget": {"task": "accounts.tasks.forget", "schedule": crontab(minute=40, hour=3)},
    "reminders": {"task": "commitments.tasks.send_reminders", "schedule": crontab(minute=30, hour=7)},
    # Each subscriber once a week: on Monday, or the first day after it that the portal runs.
    "subscribers": {"task": "commitments.tasks.tell_subscribers", "schedule": crontab(minute=50, hour=7)},
    # The day is nearly over: silence is recorded as silence.
    "tacit-visas": {"task": "commitments.tasks.give_tacit_visas", "schedule": crontab(minute=45, hour=23)},
    "links-of-the-evidence": {
        "task": "commitments.tasks.check_links",
        "schedule": crontab(minute=0, hour=4, day_of_week="mon"),
    },
}
