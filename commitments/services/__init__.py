"""What is done beside the transitions: mails, and what is asked of other servers."""
