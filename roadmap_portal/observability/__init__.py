"""What the people who run the portal see of it: numbered requests, lines of JSON, figures for Prometheus."""
