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

old=$(docker compose ps --quiet web)
count=$(echo "$old" | wc -w)
[ "$count" -gt 0 ] || { echo "No web container runs: docker compose up --build --detach" >&2; exit 1; }

# The tools too: an archive is made and read by the release that runs.
[ -z "$backup" ] || docker compose run --rm backup
[ -z "$build" ] || docker compose --profile tools build --pull

echo "Migrations: the release before goes on serving."
docker compose up --no-deps --no-log-prefix --exit-code-from migrate migrate

echo "Web: new ones beside the old ones, which go once those are well."
remove() {
	docker stop "$@" >/dev/null
	docker rm "$@" >/dev/null
}
# shellcheck disable=SC2046,SC2086 # word by word
if ! docker compose up --detach --no-deps --no-recreate --scale "web=$((count * 2))" --wait --wait-timeout 180 web; then
	docker compose logs --tail 20 web >&2
	remove $(docker compose ps --all --quiet web | grep -vxF "$old")
	echo "The new web containers are not well: they are gone, the release before goes on." >&2
	exit 1
fi
# As long as the proxy may not know of the new ones.
sleep 10
# shellcheck disable=SC2086
remove $old

echo "Workers and calendar: each once its jobs under way have ended."
docker compose up --detach --no-deps --wait worker beat
docker compose ps
