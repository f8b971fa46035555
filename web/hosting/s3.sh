#!/bin/sh
# Copies the console to a bucket of S3 or of a compatible service:
#
#   web/hosting/s3.sh s3://my-bucket/console [options of aws, such as --endpoint-url ...]
#
# Buckets do not compress, so the script uploads compressed files. The default is Brotli, which browsers accept over https.
# For plain http set TXJOBS_ENCODING=gzip. Set headers such as the content security policy in the service in front of the
# bucket (in CloudFront: a response headers policy). The page also contains a policy.
set -eu
target=$1
shift
encoding=${TXJOBS_ENCODING:-br}
case $encoding in
  br) ending=br ;;
  gzip) ending=gz ;;
  *) echo "TXJOBS_ENCODING must be br or gzip" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/../dist"

put() { # file, name, content type, cache control, options
  file=$1 name=$2 type=$3 keep=$4
  shift 4
  aws s3 cp "$file" "$target/$name" --content-type "$type" --cache-control "$keep" --no-progress "$@"
}

for file in $(find . -type f | sed 's|^\./||'); do
  # Files with a hash in their name never change. The hash in the path of a snippet does not depend on its content.
  case $file in
    snippets/*) keep=no-cache ;;
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
# Upload the page last, so that all files it refers to exist.
put index.html index.html 'text/html; charset=utf-8' no-cache "$@"
