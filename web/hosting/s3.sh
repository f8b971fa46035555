#!/bin/sh
# Copies the console to a bucket of S3, or of anything like it:
#
#   web/hosting/s3.sh s3://my-bucket/console [options of aws, like --endpoint-url ...]
#
# Buckets do not compress, so the files go there compressed: by Brotli, which every browser takes over https. Over plain
# http browsers do not ask for it: say TXJOBS_ENCODING=gzip then. Headers like the policy are for the service in front of
# the bucket (CloudFront: a response headers policy); the page brings a policy of its own.
set -eu
target=$1
shift
encoding=${TXJOBS_ENCODING:-br}
case $encoding in
  br) ending=br ;;
  gzip) ending=gz ;;
  *) echo "TXJOBS_ENCODING is br or gzip" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/../dist"

put() { # file, as what, type, how long it is kept, options
  file=$1 name=$2 type=$3 keep=$4
  shift 4
  aws s3 cp "$file" "$target/$name" --content-type "$type" --cache-control "$keep" --no-progress "$@"
}

for file in *; do
  # What is named by its hash never changes.
  case $file in
    *-????????????*.* | *-????????????*_bg.*) keep='public, max-age=31536000, immutable' ;;
    *) keep=no-cache ;;
  esac
  case $file in
    *.br | *.gz | index.html) continue ;;
    *.wasm) type=application/wasm ;;
    *.js) type=text/javascript ;;
    *.css) type=text/css ;;
    *.svg) type=image/svg+xml ;;
    *.json) type=application/json ;;
    *) type=application/octet-stream ;;
  esac
  if [ -f "$file.$ending" ]; then
    put "$file.$ending" "$file" "$type" "$keep" --content-encoding "$encoding" "$@"
  else
    put "$file" "$file" "$type" "$keep" "$@"
  fi
done
# Last, so that nobody gets a page whose files are not there yet.
put index.html index.html 'text/html; charset=utf-8' no-cache "$@"
