#!/bin/sh
# From one release to the next while people read and write (README, « Upgrade »): `docker compose up -d` would stop
# everything first. `--no-build` where the images came otherwise, `--no-backup` where one was just made.
set -eu
cd "$(dirname "$0")/.."

build=yes backup=yes
for option; do
	case $option in
	--no-build) build= ;;
	--no-backup) backup= ;;
	*) echo "usage: $0 [--no-build] [--no-backup]" >&2; exit 2 ;;
	esac
done

# The tools too: an archive is made and read by the release that runs.
[ -z "$backup" ] || docker compose run --rm backup
[ -z "$build" ] || docker compose --profile tools build --pull

echo "Migrations: the release before goes on serving."
docker compose up --no-deps --no-log-prefix --exit-code-from migrate migrate

echo "Web: new ones beside the old ones, which go once those are well."
old=$(docker compose ps --quiet web)
count=$(echo "$old" | wc -w)
docker compose up --detach --no-deps --no-recreate --scale "web=$((count * 2))" --wait web
# As long as the proxy may not know of the new ones.
sleep 10
# Word by word.
# shellcheck disable=SC2086
docker stop $old >/dev/null
# shellcheck disable=SC2086
docker rm $old >/dev/null

echo "Workers and calendar: each once its jobs under way have ended."
docker compose up --detach --no-deps --wait worker beat
docker compose ps
